namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>What a factory reads from: counts its runs, and can hold them until it is released.</summary>
public sealed class Source<T>(Func<int, T> value, bool isHeld = false)
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _runs;

    public int Runs => Volatile.Read(ref _runs);

    /// <summary>Completes when the first run has started.</summary>
    public Task Started => _started.Task.WaitAsync(TimeSpan.FromSeconds(15));

    /// <summary>The token of the latest run.</summary>
    public CancellationToken Token { get; private set; }

    public void Release() => _gate.TrySetResult();

    public async ValueTask<T> ReadAsync(CancellationToken cancellationToken)
    {
        var run = Interlocked.Increment(ref _runs);
        Token = cancellationToken;
        _started.TrySetResult();
        if (isHeld)
            await _gate.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
        return value(run);
    }
}

public static class Source
{
    /// <summary>Gives <c>v1</c>, <c>v2</c>, and so on.</summary>
    public static Source<string> Versions(string name = "v") => new(run => name + run);

    public static Source<string> HeldVersions(string name = "v") => new(run => name + run, isHeld: true);
}
