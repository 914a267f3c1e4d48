namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>Keeps renderings that have started from ending, until it is released.</summary>
internal sealed class Hold
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(15);

    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _rendering;

    /// <summary>A rendering has started.</summary>
    public Task Entered => _entered.Task.WaitAsync(_patience);

    public Task Released => _released.Task;

    /// <summary>Renderings that have started and not ended.</summary>
    public int Rendering => Volatile.Read(ref _rendering);

    public static Hold Open()
    {
        var hold = new Hold();
        hold.Release();
        return hold;
    }

    public void Enter()
    {
        Interlocked.Increment(ref _rendering);
        _entered.TrySetResult();
    }

    public void Leave() => Interlocked.Decrement(ref _rendering);

    public void Release() => _released.TrySetResult();
}
