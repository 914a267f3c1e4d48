using System.Data.Common;
using System.Runtime.CompilerServices;
using RedisTagCache.Outbox;
using RedisTagCache.Outbox.Dispatching;
using RedisTagCache.Outbox.Storage.Dialects;

namespace RedisTagCache.EntityFrameworkCore.Saving;

/// <summary>What was requested within one transaction, by all contexts that take part in it. The context that commits writes the rows that are missing, and evicts for all.</summary>
internal sealed class TransactionQueue
{
    private static readonly ConditionalWeakTable<DbTransaction, TransactionQueue> _transactions = [];

    private readonly Lock _lock = new();
    private readonly List<RequestedTag> _requests = [];
    private readonly HashSet<TagCacheOutbox> _outboxes = [];
    private readonly List<QueuedTag> _written = [];

    /// <summary>Gets the outboxes that have rows in the transaction.</summary>
    public TagCacheOutbox[] Outboxes
    {
        get
        {
            lock (_lock)
                return [.. _outboxes];
        }
    }

    /// <summary>Returns the queue of a transaction.</summary>
    public static TransactionQueue Of(DbTransaction transaction) => _transactions.GetOrCreateValue(transaction);

    /// <summary>Returns the queue of a transaction, if it has one.</summary>
    public static TransactionQueue? Find(DbTransaction transaction) => _transactions.TryGetValue(transaction, out var found) ? found : null;

    /// <summary>Forgets a transaction that was rolled back, with its rows. What was requested before it needs rows again, whichever context requested it.</summary>
    public static void Forget(DbTransaction transaction)
    {
        if (Find(transaction) is not { } queue)
            return;
        _transactions.Remove(transaction);
        foreach (var outbox in queue.Outboxes)
            outbox.Take(transaction);
        queue.RestoreWritten();
    }

    /// <summary>Forgets a transaction that was committed.</summary>
    public static void Complete(DbTransaction transaction)
    {
        if (Find(transaction) is not { } queue)
            return;
        _transactions.Remove(transaction);
        lock (queue._lock)
        {
            foreach (var tag in queue._written)
                tag.IsCommitted = true;
        }
    }

    /// <summary>Notes that tags have rows in the transaction.</summary>
    public void AddWritten(IReadOnlyList<QueuedTag> tags)
    {
        lock (_lock)
        {
            foreach (var tag in tags)
                tag.WrittenIn = this;
            _written.AddRange(tags);
        }
    }

    /// <summary>Notes that rows may have been rolled back, so that their tags need rows again.</summary>
    public void RestoreWritten()
    {
        lock (_lock)
        {
            foreach (var tag in _written)
            {
                if (tag.WrittenIn == this)
                    tag.WrittenIn = null;
            }

            _written.Clear();
        }
    }

    /// <summary>Notes that an outbox has rows in the transaction.</summary>
    public void Join(TagCacheOutbox outbox)
    {
        lock (_lock)
            _outboxes.Add(outbox);
    }

    /// <summary>Adds requests.</summary>
    public void Add(IEnumerable<RequestedTag> requests)
    {
        lock (_lock)
            _requests.AddRange(requests);
    }

    /// <summary>Returns the requests that have no rows yet, of one outbox and table.</summary>
    public List<RequestedTag> Of(TagCacheOutbox outbox, TableName table)
    {
        lock (_lock)
            return _requests.FindAll(request => request.Outbox == outbox && request.Table == table);
    }

    /// <summary>Removes requests.</summary>
    public void Remove(IReadOnlyCollection<RequestedTag> requests)
    {
        if (requests.Count == 0)
            return;
        var removed = requests.ToHashSet();
        lock (_lock)
            _requests.RemoveAll(removed.Contains);
    }

    /// <summary>Removes all requests that have no rows yet, and returns them.</summary>
    public List<RequestedTag> Take()
    {
        lock (_lock)
        {
            List<RequestedTag> taken = [.. _requests];
            _requests.Clear();
            return taken;
        }
    }
}

/// <summary>A tag that the application wants evicted with the commit of a transaction.</summary>
/// <param name="Outbox">The outbox of the cache.</param>
/// <param name="Table">Where its rows are.</param>
/// <param name="Action">What happens to the entries.</param>
/// <param name="Tag">The tag.</param>
internal readonly record struct RequestedTag(TagCacheOutbox Outbox, TableName Table, OutboxAction Action, string Tag);
