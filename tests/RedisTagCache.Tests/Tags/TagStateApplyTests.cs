using RedisTagCache.Connection;
using RedisTagCache.Invalidation;
using RedisTagCache.LocalCaching;
using RedisTagCache.Scripts;
using RedisTagCache.Tags;
using RedisTagCache.TestSupport;
using RedisTagCache.Tests.LocalCaching;
using RedisTagCache.Tests.Scripts;
using RedisTagCache.Topology;

namespace RedisTagCache.Tests.Tags;

/// <summary>Evictions that are announced, taken over where nothing lies between.</summary>
public sealed class TagStateApplyTests : IDisposable
{
    private const ulong Generation = 7;
    private readonly ScriptedInstance _instance = new();
    private readonly PartitionWatch _watch;
    private readonly TagState _tagState;

    public TagStateApplyTests()
    {
        _watch = Copies.Watch(_instance.Get<RedisRunner>());
        _tagState = _watch.TagState;
    }

    public void Dispose() => _instance.Dispose();

    [Fact]
    public void Apply_BeforeAnythingIsKnown_IsRefused()
    {
        Assert.False(Apply(5, 6, "h:t"));
        Assert.Null(_tagState.Known);
    }

    [Fact]
    public async Task Apply_OfWhatFollowsWhatIsKnown_GoesOn()
    {
        await KnowAsync(5);
        var version = _tagState.Changes;
        Assert.True(Apply(5, 6, "h:t"));
        Assert.True(Apply(6, 9, "s:u", "h:v"));
        Assert.Equal(At(9), _tagState.Known!.Stamp);
        Assert.Same(_tagState.Known, _tagState.At(At(9)));
        Assert.Null(_tagState.At(At(6)));
        Assert.Equal((6, 9, 9), (Invalidated("t").EvictedAt, Invalidated("u").ExpiredAt, Invalidated("v").EvictedAt));
        Assert.NotEqual(version, _tagState.Changes);
        Assert.Single(_instance.Server.AskedOf("invalidations_sync")); // at first
    }

    [Fact]
    public async Task Apply_OfTheSameTwice_IsCompleteAndChangesNothing()
    {
        await KnowAsync(5);
        Assert.True(Apply(5, 6, "h:t"));
        Assert.True(Apply(5, 6, "h:t"));
        Assert.True(Apply(3, 4, "h:t"));
        Assert.Equal((At(6), 6), (_tagState.Known!.Stamp, Invalidated("t").EvictedAt));
    }

    [Fact]
    public async Task Apply_AfterAGap_InvalidatesButDoesNotAdvance()
    {
        await KnowAsync(5);
        var version = _tagState.Changes;
        Assert.False(Apply(6, 7, "h:t"));
        Assert.Equal((At(5), 7), (_tagState.Known!.Stamp, Invalidated("t").EvictedAt));
        Assert.NotEqual(version, _tagState.Changes); // copies are validated again
        Assert.False(Apply(7, 8, "h:t")); // not from there either

        // What closes the gap comes late, and asks from what is known on, telling what was seen.
        _instance.Stamp = At(8);
        await _tagState.CoverAsync(At(8), CancellationToken.None);
        Assert.Equal(At(8), _tagState.Known!.Stamp);
        Assert.Equal([At(8).ToString(), "6"], _instance.Server.AskedOf("invalidations_sync").Last()[3..5]);
    }

    [Fact]
    public async Task Apply_WithAFloor_RaisesItAndNeverLowersIt()
    {
        await KnowAsync(50, floor: 10);
        Assert.True(_tagState.Apply(new TagInvalidationReply(At(50), At(51), 20), [Invalidations.Member("h", "t")]));
        Assert.Equal(20, _tagState.Known!.Floor);
        Assert.True(_tagState.Apply(new TagInvalidationReply(At(51), At(52), 15), [Invalidations.Member("h", "t")]));
        Assert.Equal(20, _tagState.Known!.Floor);
    }

    [Fact]
    public async Task Apply_OfAnotherGeneration_IsRefused()
    {
        await KnowAsync(5);
        Assert.False(_tagState.Apply(new TagInvalidationReply(new EpochStamp(5, 8, 1), new EpochStamp(6, 8, 1), 0), [Invalidations.Member("h", "t")]));
        Assert.Equal((At(5), 0), (_tagState.Known!.Stamp, Invalidated("t").EvictedAt));
    }

    [Fact]
    public async Task Apply_OfAnotherRun_InvalidatesAndRebuildsFromNothing()
    {
        await KnowAsync(5);
        EpochStamp before = new(5, Generation, 2), after = new(6, Generation, 2);
        _instance.Stamp = new EpochStamp(7, Generation, 2);
        _instance.Answers["tag_invalidate"] = _ => ScriptedServer.Texts(after.ToString(), _instance.Stamp.ToString(), "0");
        Assert.True(_tagState.Apply(new TagInvalidationReply(before, after, 0), [Invalidations.Member("h", "t")]));
        Assert.Equal(6, Invalidated("t").EvictedAt);
        await Eventually.BecomesTrueAsync(() => _tagState.At(_instance.Stamp) is not null, "it is rebuilt");

        // Redis did not return the tag invalidation, so it is retried, and applies in the meantime.
        Assert.Equal("0", _instance.Server.AskedOf("invalidations_sync").ElementAt(1)[4]);
        Assert.Equal("h=t", Assert.Single(_instance.Server.AskedOf("tag_invalidate"))[^1]);
        Assert.Equal(6, Invalidated("t").EvictedAt);
    }

    [Fact]
    public async Task Apply_WhileNothingIsTrusted_InvalidatesAndStaysUntrusted()
    {
        await KnowAsync(5);
        _instance.IsSilent = true;
        _tagState.Distrust();
        Assert.True(Apply(5, 6, "h:t"));
        Assert.Equal((6, false, true), (Invalidated("t").EvictedAt, _tagState.IsTrusted, _tagState.NeedsRebuild));
        Assert.Null(_tagState.At(At(6)));
    }

    /// <summary>An eviction gets its number before it shows. Otherwise, a copy that is validated in between counts as started after it, and stays fresh.</summary>
    [Fact]
    public async Task Apply_AfterAGapWhileACopyIsValidated_EndsTheCopy()
    {
        const int Rounds = 5_000;
        await KnowAsync(5);
        LocalCopy<string>? copy = null;
        var isOver = false;
        var validating = Task.Factory.StartNew(
            () =>
            {
                while (!Volatile.Read(ref isOver))
                    Volatile.Read(ref copy)?.Validate();
            },
            TaskCreationOptions.LongRunning);
        try
        {
            for (var epoch = 7; epoch < 7 + Rounds; epoch++)
            {
                _tagState.ApplyUnconfirmed([Invalidations.Member("h", "t")]);
                Volatile.Write(ref copy, Copies.Of("k", _watch, version: new CacheVersion(At(5)), unconfirmed: _tagState.UnconfirmedCount, tags: "t"));
                Assert.Equal(Verdict.Fresh, copy.Validate());
                Assert.False(Apply(epoch - 1, epoch, "h:t"));
                Assert.Equal(Verdict.Invalidated, copy.Validate());
            }
        }
        finally
        {
            Volatile.Write(ref isOver, true);
        }

        await validating;
    }

    private static EpochStamp At(long epoch) => new(epoch, Generation, 1);

    private async Task KnowAsync(long epoch, long floor = 0)
    {
        (_instance.Stamp, _instance.Floor) = (At(epoch), floor);
        await _tagState.RenewAsync(CancellationToken.None);
        Assert.Same(_tagState.Known, _tagState.At(At(epoch)));
    }

    private bool Apply(long before, long after, params string[] invalidations) =>
        _tagState.Apply(new TagInvalidationReply(At(before), At(after), 0), [.. invalidations.Select(invalidation => Invalidations.Member(invalidation[..1], invalidation[2..]))]);

    private TagInvalidations Invalidated(string tag) => _tagState.Known!.Invalidations[Invalidations.Id(tag)];
}
