using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.Outbox;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Diagnostics;

/// <summary>What happens to transactions with evictions. Redis does not answer at the end.</summary>
internal sealed partial class InstrumentScenario
{
    private readonly OutboxFile _database;

    public async Task EvictionsAreCommittedAsync()
    {
        await SeenAsync("outbox.dispatched", "origin", "commit", () => CommitAsync(isToldToOutbox: true));
        await CommitAsync(isToldToOutbox: false);
        await SeenAsync("outbox.dispatched", "origin", "dispatcher", _database.MakeDueAsync);
        _server.Hang();
        await SeenAsync("outbox.failed", "origin", "commit", () => CommitAsync(isToldToOutbox: true));
        await SeenAsync("outbox.failed", "origin", "dispatcher", _database.MakeDueAsync);
        await Eventually.BecomesTrueAsync(() => Telemetry.Observe(RedisTagCacheOutboxDiagnostics.PendingInstrument) >= 1, "the row that waits is seen");
        Assert.InRange(Telemetry.Observe(RedisTagCacheOutboxDiagnostics.OldestAgeInstrument), 0, 600);
        Assert.Equal(0, Telemetry.Observe(RedisTagCacheOutboxDiagnostics.SetAsideInstrument));
    }

    private async Task CommitAsync(bool isToldToOutbox)
    {
        var outbox = _a.Services.GetRequiredService<ITagCacheOutbox>();
        await using var connection = await _database.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await outbox.EnqueueAsync(transaction, [Secret]);
        if (isToldToOutbox)
            await outbox.CommitAsync(transaction);
        else
            await transaction.CommitAsync();
    }
}
