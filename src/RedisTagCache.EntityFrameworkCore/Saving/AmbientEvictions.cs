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
            var known = _transactions.GetOrAdd(transaction, static _ => []);
            if (known.TryGetValue(outbox, out var evictions))
                return evictions;
            known.Add(outbox, evictions = new TransactionEvictions());
            transaction.TransactionCompleted += (_, ended) =>
            {
                if (ended.Transaction?.TransactionInformation.Status == TransactionStatus.Committed)
                    outbox.Delivery.AfterCommitAsync(evictions.Rows, mustCheck: false).GetAwaiter().GetResult();
            };
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
}
