using System.Text;
using RedisTagCache.Engine;
using RedisTagCache.Redis;
using RedisTagCache.Redis.Scripts;
using RedisTagCache.SingleFlight;
using RedisTagCache.Store;
using RedisTagCache.Tests.Redis;

namespace RedisTagCache.Tests.Engine;

public sealed class LocalCopyTests
{
    [Fact]
    public void Judge_WhileNothingIsKnown_HoldsOnlyForWhatNeverKnewAnything()
    {
        var watch = Copies.Watch();
        var copy = Copies.Of("k", watch);
        Assert.Equal(Verdict.Fresh, copy.Judge());
        Assert.Equal(Verdict.Invalidated, Copies.Of("k", watch, version: new CacheVersion(new EpochStamp(5, 7, 1))).Judge());

        watch.TagState.Distrust(); // something is heard
        Assert.Equal(Verdict.Invalidated, copy.Judge());
        Assert.Equal(Verdict.Fresh, Copies.Of("k", watch).Judge());
    }

    [Fact]
    public async Task Judge_AsMarksAreHeardOf_FollowsThem()
    {
        using var instance = new ScriptedInstance();
        var watch = await WatchAsync(instance);
        LocalCopy one = Copy(watch, 5, "t"), other = Copy(watch, 5, "u"), early = Copy(watch, 4, "t"), future = Copy(watch, 6, "t");
        Assert.Equal("Fresh Fresh Fresh Invalidated", Verdicts(one, other, early, future));
        Assert.Equal("Fresh Fresh Fresh Invalidated", Verdicts(one, other, early, future)); // as before: nothing is new

        Evict(5, 6, "s=t");
        Assert.Equal("Stale Fresh Stale Fresh", Verdicts(one, other, early, future));
        Evict(6, 7, "h=t");
        Assert.Equal("Invalidated Fresh Invalidated Invalidated", Verdicts(one, other, early, future));
        Evict(8, 9, "h=u"); // after a gap
        Assert.Equal("Invalidated Invalidated Invalidated Invalidated", Verdicts(one, other, early, future));

        void Evict(long before, long after, string mark) =>
            watch.TagState.Apply(new TagInvalidationReply(new EpochStamp(before, 7, 1), new EpochStamp(after, 7, 1), 0), [Encoding.UTF8.GetBytes(mark)]);
    }

    [Fact]
    public async Task Judge_OfAnEvictionThatIsNotConfirmed_IsDead()
    {
        using var instance = new ScriptedInstance();
        var watch = await WatchAsync(instance);
        var copy = Copy(watch, 5, "t");
        Assert.Equal(Verdict.Fresh, copy.Judge());
        watch.TagState.ApplyUnconfirmed([Encoding.UTF8.GetBytes("h=t")]);
        Assert.Equal(Verdict.Invalidated, copy.Judge());
    }

    /// <summary>It was computed without Redis, so that its version cannot be above an eviction that came before it.</summary>
    [Theory]
    [InlineData("h=t", nameof(Verdict.Invalidated))]
    [InlineData("s=t", nameof(Verdict.Stale))]
    public async Task Judge_UnconfirmedMarkBeforeTheValueBegan_IsFreshUntilTheNextMark(string mark, string expected)
    {
        var ended = Enum.Parse<Verdict>(expected);
        using var instance = new ScriptedInstance();
        var watch = await WatchAsync(instance);
        watch.TagState.ApplyUnconfirmed([Encoding.UTF8.GetBytes(mark)]);
        var copy = Copies.Of("k", watch, version: new CacheVersion(instance.Stamp), unconfirmed: watch.TagState.UnconfirmedCount, tags: "t");
        var early = Copies.Of("k", watch, version: new CacheVersion(instance.Stamp), tags: "t");
        Assert.Equal((Verdict.Fresh, ended), (copy.Judge(), early.Judge()));
        watch.TagState.ApplyUnconfirmed([Encoding.UTF8.GetBytes("h=u")]);
        Assert.Equal(Verdict.Fresh, copy.Judge());
        watch.TagState.ApplyUnconfirmed([Encoding.UTF8.GetBytes(mark)]);
        Assert.Equal(ended, copy.Judge());
    }

    /// <summary>Once Redis tells anything, nobody knows any more what came before the value.</summary>
    [Fact]
    public async Task Judge_UnconfirmedMarkThenNewsFromRedis_IsDead()
    {
        using var instance = new ScriptedInstance();
        var watch = await WatchAsync(instance);
        watch.TagState.ApplyUnconfirmed([Encoding.UTF8.GetBytes("h=t")]);
        var copy = Copies.Of("k", watch, version: new CacheVersion(instance.Stamp), unconfirmed: watch.TagState.UnconfirmedCount, tags: "t");
        Assert.Equal(Verdict.Fresh, copy.Judge());
        watch.TagState.Apply(new TagInvalidationReply(instance.Stamp, instance.Stamp with { Epoch = 6 }, 0), [Encoding.UTF8.GetBytes("h=u")]);
        Assert.Equal(Verdict.Invalidated, copy.Judge());
    }

    [Theory]
    [InlineData(100, 9, null, true)] // heard before
    [InlineData(101, 10, null, true)]
    [InlineData(100, 10, null, false)]
    [InlineData(-1, 10, null, true)] // nothing was known of removals
    [InlineData(101, 10, "h=t", false)]
    [InlineData(101, 10, "s=t", true)]
    [InlineData(101, 10, "h=u", true)]
    public async Task FlightResult_OfAValueThatMayBeSuperseded_IsLiveOnlyWhenItIsNot(long number, long removedAfter, string? mark, bool expected)
    {
        using var instance = new ScriptedInstance();
        var watch = await WatchAsync(instance);
        await watch.PollAsync();
        if (removedAfter == 9)
            watch.Removals.Record(100, 101, "k");
        var result = new FlightResult<string>("v", default, 1, 0, new CacheVersion(instance.Stamp), [TagId.Of("t", "tag")]) { StartedAt = watch.Removals.Observe() with { Number = number } };
        watch.Removals.Record(100, 101, "k");
        if (mark is not null)
            watch.TagState.Apply(new TagInvalidationReply(instance.Stamp, instance.Stamp with { Epoch = 6 }, 0), [Encoding.UTF8.GetBytes(mark)]);
        Assert.Equal(expected, result.IsLive(Copies.Address("k", watch)));
        Assert.True((result with { StartedAt = null }).IsLive(Copies.Address("k", watch)) || mark == "h=t");
        Assert.False((result with { Version = new CacheVersion(new EpochStamp(5, 8, 1)) }).IsLive(Copies.Address("k", watch))); // of another generation
    }

    private static LocalCopy<string> Copy(PartitionWatch watch, long epoch, params string[] tags) => Copies.Of("k", watch, version: new CacheVersion(new EpochStamp(epoch, 7, 1)), tags: tags);

    private static string Verdicts(params LocalCopy[] copies) => string.Join(' ', copies.Select(copy => copy.Judge()));

    private static async Task<PartitionWatch> WatchAsync(ScriptedInstance instance)
    {
        var watch = Copies.Watch(instance.Get<RedisRunner>());
        await watch.TagState.RenewAsync(CancellationToken.None);
        return watch;
    }
}
