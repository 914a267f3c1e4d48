using System.Collections.Concurrent;

namespace RedisTagCache.Outbox.Dispatching;

/// <summary>Rows that were evicted right after their commit, and wait to be deleted together. If there are too many, the oldest are forgotten: they are evicted again, which does no harm.</summary>
internal sealed class ConfirmedRows : IDisposable
{
    /// <summary>With fewer, deleting waits for the next poll: each deletion is a transaction, which holds up the application's own on a database with one writer.</summary>
    private const int Enough = 1_000;
    private const int Most = 50_000;

    private readonly ConcurrentQueue<long> _ids = new();
    private readonly SemaphoreSlim _full = new(0, 1);

    /// <summary>Gets how many wait.</summary>
    public int Count => _ids.Count;

    /// <summary>Adds rows, and ends the wait if there are enough for a batch.</summary>
    public void Add(IEnumerable<long> ids)
    {
        foreach (var id in ids)
            _ids.Enqueue(id);
        while (_ids.Count > Most && _ids.TryDequeue(out _))
        {
        }

        if (_ids.Count < Enough || _full.CurrentCount > 0)
            return;
        try
        {
            _full.Release();
        }
        catch (SemaphoreFullException)
        {
            // another caller was faster
        }
    }

    /// <summary>Removes all rows.</summary>
    public List<long> Take()
    {
        var taken = new List<long>();
        while (_ids.TryDequeue(out var id))
            taken.Add(id);
        return taken;
    }

    /// <summary>Waits for a batch, or for a while.</summary>
    public async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_full.WaitAsync(ending.Token), Task.Delay(atMost, time, ending.Token)).ConfigureAwait(false);
        await ending.CancelAsync().ConfigureAwait(false);
    }

    public void Dispose() => _full.Dispose();
}
