using RedisTagCache.Health;
using RedisTagCache.Outbox.Storage;

namespace RedisTagCache.Outbox.Health;

/// <summary>What the operations page shows of an outbox.</summary>
internal sealed class OutboxReport(OutboxTable table, bool isEnabled, TimeSpan maxAge) : IOutboxReport
{
    public async Task<(long Pending, TimeSpan OldestAge, bool IsLate, long SetAside)> ReadAsync(CancellationToken cancellationToken)
    {
        var status = await table.StatusAsync(cancellationToken).ConfigureAwait(false);
        return (status.Pending, status.OldestAge, isEnabled && status.OldestAge > maxAge, status.SetAside);
    }
}
