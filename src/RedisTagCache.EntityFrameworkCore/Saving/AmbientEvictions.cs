using System.Runtime.CompilerServices;
using System.Transactions;
using RedisTagCache.Outbox.Dispatching;

namespace RedisTagCache.EntityFrameworkCore.Saving;

/// <summary>The evictions of ambient transactions. They happen when the transaction has committed, before the scope's Dispose returns.</summary>
internal static class AmbientEvictions
{
    private static readonly ConditionalWeakTable<Transaction, Dictionary<TagCacheOutbox, TransactionEvictions>> _transactions = [];

    /// <summary>Returns the evictions of a transaction in one cache. Contexts of several caches may take part in it.</summary>
    public static TransactionEvictions Of(TagCacheOutbox outbox, Transaction transaction)
    {
        lock (_transactions)
        {
            if (!_transactions.TryGetValue(transaction, out var known))
            {
                _transactions.Add(transaction, known = []);
                transaction.TransactionCompleted += (_, ended) =>
                {
                    if (ended.Transaction?.TransactionInformation.Status == TransactionStatus.Committed)
                        Deliver(known);
                };
            }

            if (!known.TryGetValue(outbox, out var evictions))
                known.Add(outbox, evictions = new TransactionEvictions());
            return evictions;
        }
    }

    /// <summary>Marks tags as committed once a transaction is.</summary>
    public static void MarkWhenCommitted(Transaction transaction, IReadOnlyList<QueuedTag> tags)
    {
        if (tags.Count == 0)
            return;
        transaction.TransactionCompleted += (_, ended) =>
        {
            if (ended.Transaction?.TransactionInformation.Status != TransactionStatus.Committed)
                return;
            foreach (var tag in tags)
                tag.IsCommitted = true;
        };
    }

    /// <summary>Evicts in all caches at the same time, so that the scope waits no longer than for the slowest of them.</summary>
    private static void Deliver(Dictionary<TagCacheOutbox, TransactionEvictions> known)
    {
        KeyValuePair<TagCacheOutbox, TransactionEvictions>[] all;
        lock (_transactions)
            all = [.. known];
        Task.WhenAll(all.Select(static one => one.Key.Delivery.AfterCommitAsync(one.Value.Rows, mustCheck: false))).GetAwaiter().GetResult();
    }
}
