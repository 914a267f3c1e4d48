using System.Runtime.CompilerServices;
using System.Transactions;
using RedisTagCache.Outbox.Dispatching;

namespace RedisTagCache.EntityFrameworkCore.Saving;

/// <summary>The evictions of ambient transactions. They happen when the transaction has committed, before the scope's Dispose returns.</summary>
internal static class AmbientEvictions
{
    private static readonly ConditionalWeakTable<Transaction, TransactionEvictions> _transactions = [];

    /// <summary>Returns the evictions of a transaction.</summary>
    public static TransactionEvictions Of(TagCacheOutbox outbox, Transaction transaction)
    {
        lock (_transactions)
        {
            if (_transactions.TryGetValue(transaction, out var known))
                return known;
            var evictions = new TransactionEvictions();
            _transactions.Add(transaction, evictions);
            transaction.TransactionCompleted += (_, ended) =>
            {
                if (ended.Transaction?.TransactionInformation.Status == TransactionStatus.Committed)
                    outbox.Delivery.AfterCommitAsync(evictions.Rows, mustCheck: false).GetAwaiter().GetResult();
            };
            return evictions;
        }
    }
}
