using System.Buffers;
using RedisTagCache.Entries;
using RedisTagCache.TestSupport;
using static RedisTagCache.TestSupport.StoreExtensions;

namespace RedisTagCache.IntegrationTests.Store;

/// <summary>What the store promises when nothing goes wrong, on every engine and layout.</summary>
public abstract class StoreContract(IEngine engine) : StoreSuite(engine)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_000)]
    [InlineData(32 * 1024)]
    [InlineData(1_000_000)]
    public async Task Get_AfterSet_GivesThePayload(int length)
    {
        var payload = new byte[length];
        Random.Shared.NextBytes(payload);
        using var miss = await A.GetAsync(Page("k"));
        var options = new TagCacheEntryOptions { Lifetime = TimeSpan.FromMinutes(1), Tags = new[] { "a", "b" } };
        Assert.Equal(CacheWriteOutcome.Stored, await A.SetAsync(Page("k"), Split(payload), miss.Version, options));

        using var hit = await B.GetAsync(Page("k"));
        Assert.Equal(CacheLookupState.Fresh, hit.State);
        Assert.True(payload.AsSpan().SequenceEqual(hit.Payload.Span));
        Assert.Empty(Keys("staged:*"));
    }

    [Fact]
    public async Task Get_OfAKeyNeverWritten_IsAbsent()
    {
        using var lookup = await A.GetAsync(Page("k"));
        Assert.Equal((CacheLookupState.Miss, CacheMissReason.Absent), (lookup.State, lookup.MissReason));
        Assert.True(lookup.Payload.IsEmpty);
    }

    [Fact]
    public async Task Set_OverAnEntry_ReplacesItsTags()
    {
        await A.WriteAsync("k", "v1", "old");
        await A.WriteAsync("k", "v2", "new");
        await B.EvictByTagAsync("old");
        Assert.Equal("v2", await A.ReadAsync("k"));
        await B.EvictByTagAsync("new");
        Assert.Null(await A.ReadAsync("k"));
    }

    [Fact]
    public async Task Evict_OnOneInstance_KillsOnEveryInstanceAtOnce()
    {
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(CacheWriteOutcome.Stored, await A.WriteAsync("k" + i % 7, "v" + i, "t", "u"));
            Assert.Equal("v" + i, await B.ReadAsync("k" + i % 7));
            await B.EvictByTagAsync("t");
            Assert.Null(await A.ReadAsync("k" + i % 7));
            Assert.Null(await B.ReadAsync("k" + i % 7));
        }
    }

    [Fact]
    public async Task Evict_OfOtherTags_LeavesTheEntry()
    {
        await A.WriteAsync("k", "v", "t");
        await B.EvictByTagAsync(["x", "T ", "tt", "\u0167"]);
        Assert.Equal("v", await A.ReadAsync("k"));
    }

    [Fact]
    public async Task Evict_InAnotherSpelling_KillsTheEntry()
    {
        foreach (var (carried, evicted) in new[] { ("Post:7", "POST:7"), ("caf\u00E9", "CAF\u00C9"), (new string('x', 300) + "\u03A3", new string('X', 300) + "\u03C2") })
        {
            await A.WriteAsync("k", "v", carried);
            await A.WriteAsync("other", "v", "other");
            Assert.Equal("v", await B.ReadAsync("k"));
            await B.EvictByTagAsync(evicted);
            Assert.Null(await A.ReadAsync("k"));
            Assert.Null(await B.ReadAsync("k"));
            Assert.Equal("v", await B.ReadAsync("other"));
        }
    }

    [Fact]
    public async Task Evict_OfSeveralTagsWithNone_KillsTheEntriesOfTheRest()
    {
        await A.WriteAsync("k", "v", "t");
        await B.EvictByTagAsync([null!, "t", ""]);
        Assert.Null(await A.ReadAsync("k"));
        await Assert.ThrowsAsync<ArgumentException>(async () => await A.EvictByTagAsync(""));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await A.EvictByTagAsync((IEnumerable<string>)null!));
    }

    [Fact]
    public async Task Evict_OfManyTags_KillsTheEntriesOfEach()
    {
        var tags = Enumerable.Range(0, 1_200).Select(i => "tag" + i).ToArray();
        foreach (var i in new[] { 0, 499, 500, 1_199 })
            await A.WriteAsync("k" + i, "v", tags[i]);
        await A.WriteAsync("other", "v", "tag1200");
        await B.EvictByTagAsync(tags);
        foreach (var i in new[] { 0, 499, 500, 1_199 })
            Assert.Null(await A.ReadAsync("k" + i));
        Assert.Equal("v", await A.ReadAsync("other"));
    }

    [Fact]
    public async Task Evict_WithNoTags_DoesNothing() => await A.EvictByTagAsync([]);

    [Fact]
    public async Task Set_OfAValueStartedBeforeAnEviction_IsNeverServed()
    {
        using var lookup = await A.GetAsync(Page("k"));
        await B.EvictByTagAsync("t");
        await A.WriteAsync("k", "late", lookup.Version, "t");
        Assert.Null(await A.ReadAsync("k"));
        Assert.Null(await B.ReadAsync("k"));

        Assert.Equal(CacheWriteOutcome.Stored, await A.WriteAsync("k", "new", "t"));
        Assert.Equal("new", await B.ReadAsync("k"));
    }

    [Fact]
    public async Task Set_KnownToBeTooLate_IsRefusedAndLeavesTheNewerEntry()
    {
        using var lookup = await A.GetAsync(Page("k"));
        await A.EvictByTagAsync("t");
        await A.WriteAsync("k", "new", "t");
        Assert.Equal(CacheWriteOutcome.Rejected, await A.WriteAsync("k", "late", lookup.Version, "t"));
        Assert.Equal("new", await A.ReadAsync("k"));
    }

    [Fact]
    public async Task Set_WithoutALookup_IsStoredAlsoOnANewInstance()
    {
        await A.EvictByTagAsync("t");
        var fresh = NewInstance().Store;
        Assert.Equal(CacheWriteOutcome.Stored, await fresh.WriteAsync("k", "v", default(CacheVersion), "t"));
        Assert.Equal("v", await A.ReadAsync("k"));
    }

    [Fact]
    public async Task Set_ByAnInstanceThatOnlyWrites_IsLiveAgainAfterAnEviction()
    {
        await A.WriteAsync("k", "v1", default(CacheVersion), "t");
        await B.EvictByTagAsync("t");
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await A.WriteAsync("k", "v2", default(CacheVersion), "t");
                return await B.ReadAsync("k") == "v2";
            },
            "the writer learns of the eviction from the answers to its writes");
    }

    [Fact]
    public async Task Set_WithTheTokenNever_IsRefused() =>
        Assert.Equal(CacheWriteOutcome.Rejected, await A.WriteAsync("k", "v", CacheVersion.Unknown, "t"));

    [Fact]
    public async Task Observe_BeforeAnEviction_GivesATokenThatIsTooOldAfterIt()
    {
        await A.ReadAsync("k");
        await A.WriteAsync("k", "v", "t");
        await A.ReadAsync("k");
        var moment = ((TagCacheStore)A).Observe();
        Assert.Equal(CacheWriteOutcome.Stored, await A.WriteAsync("k", "v2", moment.VersionOf(Page("k")), "t"));
        await B.EvictByTagAsync("t");
        await A.WriteAsync("k", "v3", moment.VersionOf(Page("k")), "t");
        Assert.Null(await B.ReadAsync("k"));
        Assert.Equal(CacheVersion.Unknown, ((TagCacheStore)NewInstance().Store).Observe().VersionOf(Page("k")));
    }

    [Fact]
    public async Task Expire_MakesStaleUntilReplaced()
    {
        await A.WriteAsync("k", "v1", "t");
        await B.ExpireByTagAsync("t");
        using (var stale = await A.GetAsync(Page("k")))
        {
            Assert.Equal(CacheLookupState.Stale, stale.State);
            await A.WriteAsync("k", "v2", stale.Version, "t");
        }

        using var fresh = await B.GetAsync(Page("k"));
        Assert.Equal(CacheLookupState.Fresh, fresh.State);
        await A.EvictByTagAsync("t");
        Assert.Null(await B.ReadAsync("k"));
    }

    [Fact]
    public async Task Get_PastItsLifetime_IsStaleWithinTheWindow()
    {
        using var miss = await A.GetAsync(Page("k"));
        await A.SetAsync(
            Page("k"),
            new ReadOnlySequence<byte>([1]),
            miss.Version,
            new TagCacheEntryOptions { Lifetime = TimeSpan.FromMilliseconds(150), StaleWindow = TimeSpan.FromMinutes(1) });
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                using var lookup = await B.GetAsync(Page("k"));
                return lookup.State == CacheLookupState.Stale;
            },
            "the entry is stale");
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    public async Task Set_CancelledBeforeItBegan_KeepsNothing(int length)
    {
        await A.WriteAsync("warm", new string('x', length), "t"); // the scripts are loaded
        using var miss = await A.GetAsync(Page("k"));
        var options = new TagCacheEntryOptions { Lifetime = TimeSpan.FromMinutes(1) };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await A.SetAsync(Page("k"), new ReadOnlySequence<byte>(new byte[length]), miss.Version, options, new CancellationToken(canceled: true)));
        await A.WriteAsync("after", "v"); // on the same connection: whatever was sent has arrived
        Assert.Null(await A.ReadAsync("k"));
    }

    [Fact]
    public async Task Remove_RemovesOneEntry()
    {
        await A.WriteAsync("k", "v", "t");
        await A.WriteAsync("l", "v", "t");
        await B.RemoveAsync(Page("k"));
        Assert.Null(await A.ReadAsync("k"));
        Assert.Equal("v", await A.ReadAsync("l"));
    }

    [Fact]
    public async Task Set_KeepsLifetimesToTheMillisecond()
    {
        using var miss = await A.GetAsync(Page("k"));
        await SetAsync(TimeSpan.FromMilliseconds(90_900.2), TimeSpan.FromMilliseconds(50));
        Assert.InRange(Database.KeyTimeToLive(EntryKey())!.Value.TotalMilliseconds, 85_000, 90_951);
        await SetAsync(null, default);
        Assert.Null(Database.KeyTimeToLive(EntryKey()));
        await SetAsync(TimeSpan.FromMilliseconds(0.5), default);
        await Eventually.BecomesTrueAsync(() => EntryKeys().Length == 0, "it expired");

        async Task SetAsync(TimeSpan? lifetime, TimeSpan window) => Assert.Equal(
            CacheWriteOutcome.Stored,
            await A.SetAsync(Page("k"), new ReadOnlySequence<byte>([1]), miss.Version, new TagCacheEntryOptions { Lifetime = lifetime, StaleWindow = window }));
    }

    [Fact]
    public async Task AfterAllEntriesExpired_OnlyTheKeysOfThePartitionsRemain()
    {
        foreach (var i in Enumerable.Range(0, 200))
        {
            using var miss = await A.GetAsync(Page("k" + i));
            var options = new TagCacheEntryOptions { Lifetime = TimeSpan.FromMilliseconds(300), Tags = new[] { "a" + i, "all" } };
            await A.SetAsync(Page("k" + i), new ReadOnlySequence<byte>(new byte[i * 300]), miss.Version, options);
        }

        await A.EvictByTagAsync(Enumerable.Range(0, 200).Select(i => "a" + i));
        await Eventually.BecomesTrueAsync(() => Keys().Length <= (2 * Engine.Partitions) + 1, "only versions, tag invalidations and the layout are left");
    }

    [Fact]
    public async Task Regions_KeepEqualKeysApart_AndShareTags()
    {
        var shared = new CacheRegion("shared", isTagged: true, isIsolatedByBuild: false);
        var other = NewInstance(o => o.BuildNamespace = "other").Store;
        foreach (var region in new[] { Pages, shared, CacheRegion.Output })
        {
            using var miss = await A.GetAsync(new CacheEntryKey(region, "k"));
            await A.SetAsync(new CacheEntryKey(region, "k"), Split([(byte)region.Name[0]]), miss.Version, new TagCacheEntryOptions { Tags = new[] { "t" } });
        }

        foreach (var region in new[] { Pages, shared, CacheRegion.Output })
        {
            using var own = await B.GetAsync(new CacheEntryKey(region, "k"));
            Assert.Equal((byte)region.Name[0], own.Payload.Span[0]);
            using var foreign = await other.GetAsync(new CacheEntryKey(region, "k"));
            Assert.Equal(!region.IsIsolatedByBuild, foreign.HasValue);
        }

        await other.EvictByTagAsync("t");
        foreach (var region in new[] { Pages, shared, CacheRegion.Output })
        {
            using var lookup = await B.GetAsync(new CacheEntryKey(region, "k"));
            Assert.False(lookup.HasValue);
        }
    }

    private static ReadOnlySequence<byte> Split(byte[] payload)
    {
        if (payload.Length < 2)
            return new ReadOnlySequence<byte>(payload);
        var last = new Segment(payload.AsMemory(payload.Length / 2), payload.Length / 2, null);
        var first = new Segment(payload.AsMemory(0, payload.Length / 2), 0, last);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index, Segment? next) => (Memory, RunningIndex, Next) = (memory, index, next);
    }
}

public sealed class StandaloneStoreTests(StandaloneEngine engine) : StoreContract(engine), IClassFixture<StandaloneEngine>;

public sealed class PartitionedStoreTests(PartitionedEngine engine) : StoreContract(engine), IClassFixture<PartitionedEngine>;

public sealed class ClusterStoreTests(ClusterEngine engine) : StoreContract(engine), IClassFixture<ClusterEngine>;

public sealed class EmbeddedStoreTests(EmbeddedEngine engine) : StoreContract(engine), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryStoreTests(InMemoryEngine engine) : StoreContract(engine), IClassFixture<InMemoryEngine>;
