using RedisTagCache.Outbox.Dispatching;
using RedisTagCache.Outbox.Storage;

namespace RedisTagCache.Outbox.Tests.Dispatching;

public sealed class TransactionEvictionsTests
{
    [Fact]
    public void Add_OfMoreThanTheLimit_KeepsTheNewestRows()
    {
        var evictions = new TransactionEvictions();
        var tags = new string('t', 1_000);
        for (var i = 1; i <= 5_000; i++)
            evictions.Add([new OutboxRow(i, OutboxAction.Evict, tags)]);
        var ids = evictions.Rows.Select(static row => row.Id).ToArray();
        Assert.Equal(Enumerable.Range(4_001, 1_000).Select(static i => (long)i), ids);
    }

    [Fact]
    public void Add_OfOneRowAboveTheLimit_KeepsIt()
    {
        var evictions = new TransactionEvictions();
        evictions.Add([new OutboxRow(1, OutboxAction.Evict, new string('t', 2_000_000))]);
        Assert.Single(evictions.Rows);
    }
}
