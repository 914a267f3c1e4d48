namespace RedisTagCache.Connection;

/// <summary>Represents work of which one run serves all callers that request it in the meantime. Each run begins after it was requested, and after the previous run has ended.</summary>
internal sealed class OneAtATime<T>(Func<Task<T>> work)
{
    private readonly Lock _lock = new();
    private Task _running = Task.CompletedTask;
    private Task<T>? _queued;

    public Task<T> RunAsync()
    {
        lock (_lock)
            return _queued ??= RunAfterAsync(_running);
    }

    private async Task<T> RunAfterAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (_lock)
        {
            _running = _queued!;
            _queued = null;
        }

        return await work().ConfigureAwait(false);
    }
}
