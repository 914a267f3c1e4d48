namespace RedisTagCache.Tool.Mcp;

/// <summary>Bounds what calls of tools cost: each in time, and all together to one at a time, so that no client starts several scans at once.</summary>
internal sealed class CallLimit(TimeSpan duration) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    public TimeSpan Duration => duration;

    /// <summary>Runs a call when it is its turn. Its token ends with the time, which includes the wait.</summary>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(duration);
        await _turn.WaitAsync(time.Token);
        try
        {
            return await call(time.Token);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
