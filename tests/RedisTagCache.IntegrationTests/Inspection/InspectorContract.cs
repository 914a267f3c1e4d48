using System.Buffers;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.IntegrationTests.Store;
using RedisTagCache.Management;
using RedisTagCache.TestSupport;
using static RedisTagCache.TestSupport.StoreExtensions;

namespace RedisTagCache.IntegrationTests.Inspection;

/// <summary>What an operator sees, on every engine and layout.</summary>
public abstract class InspectorContract(IEngine engine) : StoreSuite(engine)
{
    private static readonly CacheScanPace _quick = new(500, TimeSpan.Zero);

    private ITagCacheInspector Inspector => NewInstance().Get<ITagCacheInspector>();

    [Fact]
    public async Task Find_ByTag_GivesItsEntriesAndNoOthers()
    {
        for (var i = 0; i < 40; i++)
            await A.WriteAsync("k" + i, "v", i % 4 == 0 ? ["four", "all"] : ["all"]);
        var found = await FindAsync(new CacheEntryQuery { Tag = "four" });
        Assert.Equal(Enumerable.Range(0, 10).Select(i => "k" + (4 * i)).Order(StringComparer.Ordinal), found.Select(entry => entry.Key).Order(StringComparer.Ordinal));
        Assert.All(found, entry => Assert.Equal(("pages", "test", CacheEntryStatus.Fresh), (entry.Region, entry.BuildNamespace, entry.Status)));
        Assert.All(found, entry => Assert.Equal(["four", "all"], entry.Tags));
        Assert.Equal(found.Count, (await FindAsync(new CacheEntryQuery { Tag = "FOUR" })).Count);
        Assert.Empty(await FindAsync(new CacheEntryQuery { Tag = "fou" }));
    }

    [Fact]
    public async Task Find_ByKeyPrefix_TakesItLiterally()
    {
        foreach (var key in (string[])["a*b1", "axb2", "a*b:c", "[x]\\y?", "[x]\\yz", "other"])
            await A.WriteAsync(key, "v", "t");
        Assert.Equal(["a*b1", "a*b:c"], (await FindAsync(new CacheEntryQuery { KeyPrefix = "a*b" })).Select(entry => entry.Key).Order(StringComparer.Ordinal));
        Assert.Equal(["[x]\\y?"], (await FindAsync(new CacheEntryQuery { KeyPrefix = "[x]\\y?" })).Select(entry => entry.Key));
    }

    [Fact]
    public async Task Find_OfAnyVerdict_TellsItAndTheReason()
    {
        await A.WriteAsync("fresh", "v", "a");
        await A.WriteAsync("expired", "v", "b", "soft");
        await A.WriteAsync("evicted", "v", "hard", "c");
        await SetAsync(Page("old"), TimeSpan.FromMilliseconds(1), "d");
        await B.ExpireByTagAsync("soft");
        await B.EvictByTagAsync("hard");
        await Eventually.BecomesTrueAsync(async () => (await FindAsync(new CacheEntryQuery { Tag = "d" }))[0].Status == CacheEntryStatus.Stale, "it is stale");

        var byKey = (await FindAsync(new CacheEntryQuery())).ToDictionary(entry => entry.Key, entry => (entry.Status, entry.Reason, entry.ReasonTag));
        Assert.Equal((CacheEntryStatus.Fresh, CacheStatusReason.None, null), byKey["fresh"]);
        Assert.Equal((CacheEntryStatus.Stale, CacheStatusReason.TagExpired, "soft"), byKey["expired"]);
        Assert.Equal((CacheEntryStatus.Invalidated, CacheStatusReason.TagEvicted, "hard"), byKey["evicted"]);
        Assert.Equal((CacheEntryStatus.Stale, CacheStatusReason.FreshnessEnded, null), byKey["old"]);
        Assert.Equal(["evicted"], (await FindAsync(new CacheEntryQuery { Status = CacheEntryStatus.Invalidated })).Select(entry => entry.Key));
    }

    [Fact]
    public async Task Find_OfAnEntryThatATagEnded_TellsWhenTheTagWasInvalidated()
    {
        await A.WriteAsync("fresh", "v", "a");
        await A.WriteAsync("expired", "v", "soft");
        await A.WriteAsync("evicted", "v", "hard");
        await B.ExpireByTagAsync("soft");
        await B.EvictByTagAsync("soft2");
        await B.EvictByTagAsync("hard");
        var byKey = (await FindAsync(new CacheEntryQuery())).ToDictionary(entry => entry.Key, entry => entry.TagInvalidatedAt);
        var newest = (await Inspector.DescribeAsync()).Partitions.Max(partition => partition.Epoch);
        Assert.Null(byKey["fresh"]);
        Assert.True(byKey["expired"] < byKey["evicted"]);
        Assert.InRange((DateTimeOffset.UnixEpoch.AddMicroseconds(newest!.Value) - byKey["evicted"]!.Value).Duration(), TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Find_AfterHistoryWasLost_TellsSoAndBeginsNone()
    {
        await A.WriteAsync("k", "v", "a");

        // The instance begins one now and then, while it looks for changes. If the search began one, there would be one each time.
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await DeleteAsync("epoch");
                return Assert.Single(await FindAsync(new CacheEntryQuery())).Reason == CacheStatusReason.NoHistory && Keys("epoch").Length == 0;
            },
            "the search tells that history was lost, and begins none");
        await A.WriteAsync("new", "v", "a");
        foreach (var i in Enumerable.Range(0, 200))
            await A.WriteAsync("more" + i, "v");
        Assert.Equal(CacheStatusReason.OtherGeneration, (await Inspector.InspectAsync("pages", "k"))?.Reason);
    }

    [Fact]
    public async Task Find_OfBuilds_KeepsThemApart()
    {
        var other = NewInstance(options => options.BuildNamespace = "other build").Store;
        await A.WriteAsync("k", "v", "a");
        await other.WriteAsync("k", "v", "a");
        await A.SetAsync(new CacheEntryKey(Shared, "s"), new ReadOnlySequence<byte>(new byte[3]), CacheVersion.AtWrite, new TagCacheEntryOptions { Lifetime = TimeSpan.FromMinutes(1) });
        Assert.Equal(["-", "test"], await BuildsAsync(new CacheEntryQuery()));
        Assert.Equal(["-", "other%20build"], await BuildsAsync(new CacheEntryQuery { BuildNamespace = "other build" }));
        Assert.Equal(["-", "other%20build"], await BuildsAsync(new CacheEntryQuery { BuildNamespace = "other%20build" }));
        Assert.Equal(["-", "other%20build", "test"], await BuildsAsync(new CacheEntryQuery { AllBuilds = true }));
        Assert.Equal(["-"], await BuildsAsync(new CacheEntryQuery { Region = "shared" }));
    }

    [Fact]
    public async Task Find_WithLimits_StopsAndSaysSo()
    {
        for (var i = 0; i < 30; i++)
            await A.WriteAsync("k" + i, "v", "t");
        var progress = new List<CacheScanProgress>();
        Assert.Equal(7, (await FindAsync(new CacheEntryQuery { MaxResults = 7, Progress = new Listed(progress) })).Count);
        Assert.False(progress[^1].IsComplete);
        Assert.Equal(30, (await FindAsync(new CacheEntryQuery { Progress = new Listed(progress) })).Count);
        Assert.Equal((30L, 30, true), (progress[^1].Keys, progress[^1].Found, progress[^1].IsComplete));
    }

    [Fact]
    public async Task Find_OfManyAndLongTags_ReadsThemAll()
    {
        var tags = Enumerable.Range(0, 300).Select(i => $"a tag of some length, number {i}").Append(new string('x', 300)).ToArray();
        await A.WriteAsync("k", "payload", tags);
        var entry = Assert.Single(await FindAsync(new CacheEntryQuery { Tag = tags[299] }));
        Assert.Equal(tags[..300], entry.Tags.Take(300));
        Assert.StartsWith("sha256:", entry.Tags[300], StringComparison.Ordinal);
        Assert.Equal(7, entry.PayloadBytes);
        Assert.Single(await FindAsync(new CacheEntryQuery { Tag = tags[300] }));
    }

    [Fact]
    public async Task Inspect_OfAnEntry_TellsItsTimesAndItsPayload()
    {
        await A.WriteAsync("k", "the payload", "a", "b");
        var entry = await Inspector.InspectAsync("pages", "k", new CacheInspectOptions { IncludePayload = true });
        Assert.NotNull(entry);
        Assert.Equal("the payload", Encoding.UTF8.GetString(entry.Payload!.Value.Span));
        Assert.InRange(entry.Age!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.InRange(entry.TimeToLive!.Value, TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(5));
        Assert.Null(entry.FreshUntil); // it has no stale window: it is fresh as long as Redis has it
        Assert.Equal((11L, 80L + (2 * (2 + 2)) + 11), (entry.PayloadBytes, entry.StoredBytes));
        Assert.Null((await Inspector.InspectAsync("pages", "k"))!.Payload);
        await SetAsync(Page("stale later"), TimeSpan.FromSeconds(30), "a");
        var staleLater = await Inspector.InspectAsync("pages", "stale later");
        Assert.Equal(TimeSpan.FromSeconds(30), staleLater!.FreshUntil - staleLater.CreatedAt);
        Assert.Null(await Inspector.InspectAsync("pages", "another"));
        Assert.Null(await Inspector.InspectAsync("elsewhere", "k"));
    }

    [Fact]
    public async Task Inspect_OfALongKey_FindsItUnderItsHash()
    {
        var key = new string('k', 600);
        await A.WriteAsync(key, "v", "a");
        var entry = await Inspector.InspectAsync("pages", key);
        Assert.True(entry!.IsKeyHashed);
        Assert.Equal(64, entry.Key.Length);
        Assert.Equal(entry.Key, Assert.Single(await FindAsync(new CacheEntryQuery())).Key);
        Assert.True(await Inspector.RemoveAsync(entry));
        Assert.Null(await A.ReadAsync(key));
    }

    [Fact]
    public async Task Inspect_OfWhatIsDamaged_SaysSo()
    {
        await A.WriteAsync("k", "v", "a");
        await Database.StringSetAsync(EntryKey(), "something else");
        Assert.Equal((CacheEntryStatus.Invalidated, CacheStatusReason.Damaged), await VerdictAsync("k"));
        await Database.StringSetAsync(EntryKey(), "RTC\u0009 from the future");
        Assert.Equal((CacheEntryStatus.Invalidated, CacheStatusReason.LaterVersion), await VerdictAsync("k"));
    }

    [Fact]
    public async Task Inspect_OfVersion1_SaysThatItIsDamaged_AndRemoves()
    {
        await A.WriteAsync("k", "v", "a");
        await Database.StringSetAsync(EntryKey(), EarlierEntry.Version1Of((await Database.StringGetAsync(EntryKey()))!));
        await UnreadableAsync("k");
    }

    [Fact]
    public async Task Inspect_OfTheBytesOfAnotherEntry_SaysThatItIsDamaged_AndRemoves()
    {
        await A.WriteAsync("another", "v", "a");
        var bytes = await Database.StringGetAsync(EntryKey());
        await Inspector.RemoveAsync((await Inspector.InspectAsync("pages", "another"))!);
        await A.WriteAsync("k", "v", "a");
        await Database.StringSetAsync(EntryKey(), bytes);
        await UnreadableAsync("k");
    }

    [Fact]
    public async Task Remove_OfAValue_ReachesTheCopiesOfOtherInstances()
    {
        var a = NewInstance().Get<ITagCache>();
        Assert.Equal(1, await a.GetOrCreateAsync("v", (_, _) => new ValueTask<int>(1), tags: ["t"]));
        Assert.Equal(1, await a.GetOrCreateAsync("v", (_, _) => new ValueTask<int>(2), tags: ["t"]));
        var inspector = Inspector;
        var entry = await inspector.InspectAsync("hybrid", "v");
        Assert.True(await inspector.RemoveAsync(entry!));
        Assert.False(await inspector.RemoveAsync(entry!));
        await Eventually.BecomesTrueAsync(async () => await a.GetOrCreateAsync("v", (_, _) => new ValueTask<int>(3), tags: ["t"]) == 3, "the copy is gone", TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Describe_OfAUsedCache_TellsItsServersAndPartitions()
    {
        await A.EvictByTagAsync(["x", "y"]);
        var described = await Inspector.DescribeAsync();
        Assert.Equal((Prefix, "test", "option"), (described.KeyPrefix, described.BuildNamespace, described.BuildNamespaceSource));
        Assert.Equal(Engine.Partitions, described.Partitions.Count);
        Assert.All(described.Partitions, partition => Assert.Equal(2, partition.TagInvalidations));
        Assert.All(described.Partitions, partition => Assert.InRange(partition.FloorAge!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(1)));
        Assert.All(described.Partitions, partition => Assert.True(partition.Epoch >= partition.Floor));
        Assert.Contains(described.Servers, server => server is { IsAnswering: true, IsReplica: false, Version.Length: > 2 });
        if (described.Servers.All(static server => server.Engine != "garnet"))
            Assert.All(described.Servers, server => Assert.True(server is { Engine: "redis" or "valkey", UsedMemory: > 0, MaxMemory: 0, MemoryPolicy: "noeviction", HasAppendOnlyFile: not null, Uptime: not null }));
        Assert.InRange(described.RoundTrip!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Reclaim_OfAMixture_DropsWhatIsDeadAlone()
    {
        for (var i = 0; i < 30; i++)
            await A.WriteAsync("k" + i, "v", i < 10 ? "invalidated" : "live");
        await A.ExpireByTagAsync("live");
        await A.EvictByTagAsync("invalidated");
        var dry = await Inspector.ReclaimAsync(new CacheReclaimOptions { DryRun = true });
        Assert.Equal((30L, 10L), (dry.LookedAt, dry.DroppedInvalidated));
        Assert.Equal(30, EntryKeys().Length);
        var result = await Inspector.ReclaimAsync();
        Assert.Equal((30L, 10L, 0L, 0L), (result.LookedAt, result.DroppedInvalidated, result.DroppedOfOtherBuilds, result.Superseded));
        Assert.Equal(dry.Bytes, result.Bytes);
        Assert.Equal(20, EntryKeys().Length);
    }

    [Fact]
    public async Task Reclaim_WhileAnotherIsAtIt_DoesNothing()
    {
        await A.WriteAsync("k", "v", "invalidated");
        await A.EvictByTagAsync("invalidated");
        await Database.StringSetAsync(KeyOf(0, "reclaimer"), "another");
        Assert.True((await Inspector.ReclaimAsync()).IsTakenElsewhere);
        Assert.Single(EntryKeys());
        await Database.KeyDeleteAsync(KeyOf(0, "reclaimer"));
        Assert.Equal(1, (await Inspector.ReclaimAsync()).DroppedInvalidated);
        Assert.False(await Database.KeyExistsAsync(KeyOf(0, "reclaimer")));
    }

    [Fact]
    public async Task Reclaim_OfOtherBuilds_TakesTheOldAndLeavesTheShared()
    {
        await NewInstance(options => options.BuildNamespace = "old").Store.WriteAsync("k", "v", "t");
        await A.WriteAsync("k", "v", "t");
        await A.SetAsync(new CacheEntryKey(Shared, "s"), new ReadOnlySequence<byte>(new byte[3]), CacheVersion.AtWrite, new TagCacheEntryOptions { Lifetime = TimeSpan.FromMinutes(1) });
        Assert.Equal(0, (await Inspector.ReclaimAsync(new CacheReclaimOptions { OtherBuildsOlderThan = TimeSpan.FromHours(1) })).DroppedOfOtherBuilds);
        var later = NewInstance(services: services => services.AddSingleton<TimeProvider>(new LaterTime(TimeSpan.FromHours(2)))).Get<ITagCacheInspector>();
        Assert.Equal(1, (await later.ReclaimAsync(new CacheReclaimOptions { OtherBuildsOlderThan = TimeSpan.FromHours(1) })).DroppedOfOtherBuilds);
        Assert.Equal(["-", "test"], await BuildsAsync(new CacheEntryQuery { AllBuilds = true }));
    }

    [Fact]
    public async Task Arguments_ThatAreWrong_AreRefused()
    {
        var inspector = Inspector;
        Assert.Throws<ArgumentException>(() => inspector.FindAsync(new CacheEntryQuery { Tag = "" }));
        Assert.Throws<ArgumentException>(() => inspector.FindAsync(new CacheEntryQuery { Region = "a:b" }));
        Assert.Throws<ArgumentException>(() => inspector.FindAsync(new CacheEntryQuery { MaxResults = 0 }));
        Assert.Throws<ArgumentException>(() => inspector.FindAsync(new CacheEntryQuery { Pace = new CacheScanPace(5, TimeSpan.Zero) }));
        await Assert.ThrowsAsync<ArgumentException>(() => inspector.InspectAsync("pages", ""));
        await Assert.ThrowsAsync<ArgumentException>(() => inspector.ReclaimAsync(new CacheReclaimOptions { OtherBuildsOlderThan = TimeSpan.FromSeconds(1) }));
    }

    private static CacheRegion Shared { get; } = new("shared", isTagged: false, isIsolatedByBuild: false);

    private async Task<List<CacheEntryInfo>> FindAsync(CacheEntryQuery query)
    {
        var found = new List<CacheEntryInfo>();
        await foreach (var entry in Inspector.FindAsync(query with { Pace = _quick }))
            found.Add(entry);
        return found;
    }

    private async Task<string[]> BuildsAsync(CacheEntryQuery query) =>
        [.. (await FindAsync(query)).Select(entry => entry.BuildNamespace ?? "-").Order(StringComparer.Ordinal)];

    private async Task<(CacheEntryStatus, CacheStatusReason)> VerdictAsync(string key) =>
        await Inspector.InspectAsync("pages", key) is { } entry ? (entry.Status, entry.Reason) : default;

    /// <summary>An entry that no reader can use is shown, left by searches and by reclaiming, and removed on request.</summary>
    private async Task UnreadableAsync(string key)
    {
        Assert.Equal((CacheEntryStatus.Invalidated, CacheStatusReason.Damaged), await VerdictAsync(key));
        var entry = Assert.Single(await FindAsync(new CacheEntryQuery { Status = CacheEntryStatus.Invalidated }));
        Assert.Equal((key, CacheStatusReason.Damaged, 0), (entry.Key, entry.Reason, entry.Tags.Count));
        Assert.Null((await Inspector.InspectAsync("pages", key, new CacheInspectOptions { IncludePayload = true }))!.Payload);
        Assert.Empty(await FindAsync(new CacheEntryQuery { Tag = "a" }));
        var reclaimed = await Inspector.ReclaimAsync(new CacheReclaimOptions { OtherBuildsOlderThan = TimeSpan.FromMinutes(1) });
        Assert.Equal((1L, 0L, 0L), (reclaimed.LookedAt, reclaimed.DroppedInvalidated, reclaimed.DroppedOfOtherBuilds));
        Assert.True(await Inspector.RemoveAsync(entry));
        Assert.Empty(EntryKeys());
    }

    private async Task SetAsync(CacheEntryKey key, TimeSpan lifetime, params string[] tags)
    {
        using var miss = await A.GetAsync(key);
        var options = new TagCacheEntryOptions { Lifetime = lifetime, StaleWindow = TimeSpan.FromMinutes(1), Tags = tags };
        Assert.Equal(CacheWriteOutcome.Stored, await A.SetAsync(key, new ReadOnlySequence<byte>(new byte[5]), miss.Version, options));
    }

    private sealed class Listed(List<CacheScanProgress> list) : IProgress<CacheScanProgress>
    {
        public void Report(CacheScanProgress value) => list.Add(value);
    }

    /// <summary>A clock that is ahead; its timers are the real ones.</summary>
    private sealed class LaterTime(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }
}

public sealed class StandaloneInspectorTests(StandaloneEngine engine) : InspectorContract(engine), IClassFixture<StandaloneEngine>;

public sealed class PartitionedInspectorTests(PartitionedEngine engine) : InspectorContract(engine), IClassFixture<PartitionedEngine>;

public sealed class ClusterInspectorTests(ClusterEngine engine) : InspectorContract(engine), IClassFixture<ClusterEngine>;

public sealed class EmbeddedInspectorTests(EmbeddedEngine engine) : InspectorContract(engine), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryInspectorTests(InMemoryEngine engine) : InspectorContract(engine), IClassFixture<InMemoryEngine>;
