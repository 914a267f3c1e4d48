using System.Text;
using RedisTagCache.Connection;
using RedisTagCache.Invalidation;
using RedisTagCache.LocalCaching;
using RedisTagCache.Scripts;
using RedisTagCache.SingleFlight;
using RedisTagCache.Tags;
using RedisTagCache.Tests.Scripts;
using RedisTagCache.Topology;

namespace RedisTagCache.Tests.LocalCaching;

public sealed class LocalCopyTests
{
    [Fact]
    public void Validate_WhileNothingIsKnown_IsFreshOnlyForWhatNeverKnewAnything()
    {
        var watch = Copies.Watch();
        var copy = Copies.Of("k", watch);
        Assert.Equal(Verdict.Fresh, copy.Validate());
        Assert.Equal(Verdict.Invalidated, Copies.Of("k", watch, version: new CacheVersion(new EpochStamp(5, 7, 1))).Validate());

        watch.TagState.Distrust(); // something is heard
        Assert.Equal(Verdict.Invalidated, copy.Validate());
        Assert.Equal(Verdict.Fresh, Copies.Of("k", watch).Validate());
    }

    [Fact]
    public async Task Validate_AfterTagInvalidations_FollowsThem()
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

        void Evict(long before, long after, string member) =>
            watch.TagState.Apply(new TagInvalidationReply(new EpochStamp(before, 7, 1), new EpochStamp(after, 7, 1), 0), [Encoding.UTF8.GetBytes(member)]);
    }

    [Fact]
    public async Task Validate_UnconfirmedEviction_IsInvalidated()
    {
        using var instance = new ScriptedInstance();
        var watch = await WatchAsync(instance);
        var copy = Copy(watch, 5, "t");
        Assert.Equal(Verdict.Fresh, copy.Validate());
        watch.TagState.ApplyUnconfirmed([Encoding.UTF8.GetBytes("h=t")]);
        Assert.Equal(Verdict.Invalidated, copy.Validate());
    }

    /// <summary>It was computed without Redis, so that its version cannot be above an eviction that came before it.</summary>
    [Theory]
    [InlineData("h=t", nameof(Verdict.Invalidated))]
    [InlineData("s=t", nameof(Verdict.Stale))]
    public async Task Validate_UnconfirmedInvalidationBeforeTheValueBegan_IsFreshUntilTheNext(string member, string expected)
    {
        var ended = Enum.Parse<Verdict>(expected);
        using var instance = new ScriptedInstance();
        var watch = await WatchAsync(instance);
        watch.TagState.ApplyUnconfirmed([Encoding.UTF8.GetBytes(member)]);
        var copy = Copies.Of("k", watch, version: new CacheVersion(instance.Stamp), unconfirmed: watch.TagState.UnconfirmedCount, tags: "t");
        var early = Copies.Of("k", watch, version: new CacheVersion(instance.Stamp), tags: "t");
        Assert.Equal((Verdict.Fresh, ended), (copy.Validate(), early.Validate()));
        watch.TagState.ApplyUnconfirmed([Encoding.UTF8.GetBytes("h=u")]);
        Assert.Equal(Verdict.Fresh, copy.Validate());
        watch.TagState.ApplyUnconfirmed([Encoding.UTF8.GetBytes(member)]);
        Assert.Equal(ended, copy.Validate());
    }

    /// <summary>Once Redis tells anything, nobody knows any more what came before the value.</summary>
    [Fact]
    public async Task Validate_UnconfirmedInvalidationThenNewsFromRedis_IsInvalidated()
    {
        using var instance = new ScriptedInstance();
        var watch = await WatchAsync(instance);
        watch.TagState.ApplyUnconfirmed([Encoding.UTF8.GetBytes("h=t")]);
        var copy = Copies.Of("k", watch, version: new CacheVersion(instance.Stamp), unconfirmed: watch.TagState.UnconfirmedCount, tags: "t");
        Assert.Equal(Verdict.Fresh, copy.Validate());
        watch.TagState.Apply(new TagInvalidationReply(instance.Stamp, instance.Stamp with { Epoch = 6 }, 0), [Encoding.UTF8.GetBytes("h=u")]);
        Assert.Equal(Verdict.Invalidated, copy.Validate());
    }

    [Theory]
    [InlineData(100, 9, null, true)] // heard before
    [InlineData(101, 10, null, true)]
    [InlineData(100, 10, null, false)]
    [InlineData(-1, 10, null, true)] // nothing was known of removals
    [InlineData(101, 10, "h=t", false)]
    [InlineData(101, 10, "s=t", true)]
    [InlineData(101, 10, "h=u", true)]
    public async Task FlightResult_OfAValueThatMayBeSuperseded_IsLiveOnlyWhenItIsNot(long number, long removedAfter, string? member, bool expected)
    {
        using var instance = new ScriptedInstance();
        var watch = await WatchAsync(instance);
        await watch.PollAsync();
        if (removedAfter == 9)
            watch.Removals.Record(100, 101, "k");
        var result = new FlightResult<string>("v", default, 1, 0, new CacheVersion(instance.Stamp), [TagId.Of("t", "tag")]) { StartedAt = watch.Removals.Observe() with { Number = number } };
        watch.Removals.Record(100, 101, "k");
        if (member is not null)
            watch.TagState.Apply(new TagInvalidationReply(instance.Stamp, instance.Stamp with { Epoch = 6 }, 0), [Encoding.UTF8.GetBytes(member)]);
        Assert.Equal(expected, result.IsLive(Copies.Address("k", watch)));
        Assert.True((result with { StartedAt = null }).IsLive(Copies.Address("k", watch)) || member == "h=t");
        Assert.False((result with { Version = new CacheVersion(new EpochStamp(5, 8, 1)) }).IsLive(Copies.Address("k", watch))); // of another generation
    }

    private static LocalCopy<string> Copy(PartitionWatch watch, long epoch, params string[] tags) => Copies.Of("k", watch, version: new CacheVersion(new EpochStamp(epoch, 7, 1)), tags: tags);

    private static string Verdicts(params LocalCopy[] copies) => string.Join(' ', copies.Select(copy => copy.Validate()));

    private static async Task<PartitionWatch> WatchAsync(ScriptedInstance instance)
    {
        var watch = Copies.Watch(instance.Get<RedisRunner>());
        await watch.TagState.RenewAsync(CancellationToken.None);
        return watch;
    }
}
