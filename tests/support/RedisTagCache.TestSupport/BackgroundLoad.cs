namespace RedisTagCache.TestSupport;

/// <summary>What goes on while a test does something else, and ends with the test, also with one that fails.</summary>
public sealed class BackgroundLoad : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _tasks = [];

    /// <summary>Gets whether something of it has thrown.</summary>
    public bool HasFailed => _tasks.Any(task => task.IsFaulted);

    /// <summary>Starts something that goes on until its token is canceled.</summary>
    public void Start(Func<CancellationToken, Task> work) => _tasks.Add(Task.Run(() => work(_stop.Token)));

    /// <summary>Ends it. What it has thrown is thrown here.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_tasks).WaitAsync(_patience);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAny(Task.WhenAll(_tasks), Task.Delay(_patience));
        _stop.Dispose();
    }
}
