using RedisTagCache.Invalidation;
using RedisTagCache.Scripts;
using RedisTagCache.Tags;
using RedisTagCache.TestSupport;
using RedisTagCache.Topology;
using StackExchange.Redis;
using static RedisTagCache.TestSupport.StoreExtensions;

namespace RedisTagCache.IntegrationTests.Store;

/// <summary>Losing any key, at any moment, never makes an evicted entry live; and caching goes on afterwards.</summary>
public abstract class LossContract(IEngine engine) : StoreSuite(engine)
{
    [Theory]
    [InlineData("marks")]
    [InlineData("epoch")]
    [InlineData("marks", "epoch")]
    public async Task LosingKeys_NeverRevivesAnEvictedEntry(params string[] lost)
    {
        await A.WriteAsync("evicted", "old", "t");
        await A.WriteAsync("other", "v", "u");
        await B.EvictByTagAsync("t");
        foreach (var key in lost)
            await DeleteAsync(key);

        var fresh = NewInstance().Store;
        Assert.Null(await fresh.ReadAsync("evicted"));
        Assert.Null(await A.ReadAsync("evicted"));
        Assert.Null(await B.ReadAsync("evicted"));

        // What was not evicted cannot be told from what was: it is dead too, for a new instance at once.
        Assert.Null(await fresh.ReadAsync("other"));
        await WritesWorkAgainAsync(fresh);
    }

    [Theory]
    [InlineData("marks")]
    [InlineData("epoch")]
    public async Task EvictingAfterALoss_KillsOnEveryInstance(string lost)
    {
        await A.WriteAsync("k", "v", "t");
        await B.ReadAsync("k");
        await DeleteAsync(lost);
        await A.EvictByTagAsync("t");
        foreach (var store in new[] { A, B, NewInstance().Store })
            Assert.Null(await store.ReadAsync("k"));
        await WritesWorkAgainAsync(B);
    }

    [Fact]
    public async Task FlushedWhileComputing_TheWriteIsRefused()
    {
        using var lookup = await A.GetAsync(Page("k"));
        await DeleteAsync("epoch");
        await DeleteAsync("marks");
        Assert.Equal(CacheWriteOutcome.Rejected, await A.WriteAsync("k", "old", lookup.Version, "t"));

        using var again = await B.GetAsync(Page("k")); // begins the partition again
        Assert.Equal(CacheWriteOutcome.Rejected, await A.WriteAsync("k", "old", lookup.Version, "t"));
        Assert.Equal(CacheWriteOutcome.Rejected, await A.WriteAsync("k", new string('x', 100_000), lookup.Version, "t"));
        Assert.Empty(Keys("staged:*"));
        await WritesWorkAgainAsync(A);
    }

    [Fact]
    public async Task AnEpochThatWentBack_RestartsThePartition()
    {
        await A.WriteAsync("k", "old", "t");
        var before = await Epochs();
        await B.EvictByTagAsync("t");
        Assert.Null(await A.ReadAsync("k"));

        // As a restored snapshot would leave it: the version of before the eviction, and its tag invalidation gone.
        for (var i = 0; i < Engine.Partitions; i++)
        {
            await Database.StringSetAsync(KeyOf(i, "epoch"), before[i]);
            await Database.SortedSetRemoveAsync(KeyOf(i, "marks"), "h=t");
        }

        Assert.Null(await A.ReadAsync("k")); // judged by what it knows, and found out
        await Eventually.BecomesTrueAsync(async () => (await Epochs())[PartitionOf("k")] != before[PartitionOf("k")], "the loss is repaired");
        Assert.Null(await NewInstance().Store.ReadAsync("k"));
        await WritesWorkAgainAsync(A);
        await WritesWorkAgainAsync(B);
    }

    [Fact]
    public async Task AGenerationThatCameBack_RestartsThePartition()
    {
        await A.WriteAsync("k", "old", "t");
        var (epochs, floors) = (await Epochs(), await Floors());
        await DeleteAsync("epoch");
        await DeleteAsync("marks");
        await A.EvictByTagAsync("t"); // in a new generation

        // As a failover would leave it to a replica that had not heard of the loss: the old generation, which goes on with evictions by others.
        for (var i = 0; i < Engine.Partitions; i++)
        {
            await Database.StringSetAsync(KeyOf(i, "epoch"), epochs[i]);
            await Database.KeyDeleteAsync(KeyOf(i, "marks"));
            await Database.SortedSetAddAsync(KeyOf(i, "marks"), "floor", floors[i]);
        }

        await NewInstance().Store.EvictByTagAsync("other");

        Assert.Null(await A.ReadAsync("k"));
        Assert.Null(await NewInstance().Store.ReadAsync("k"));
        await WritesWorkAgainAsync(A);
        await WritesWorkAgainAsync(B);
    }

    [Fact]
    public async Task TrimmedMarks_LeaveOlderEntriesDead()
    {
        var small = NewInstance(o => o.MaxTagInvalidations = 1_000).Store;
        await small.WriteAsync("evicted", "old", "t");
        await small.WriteAsync("unrelated", "old", "u");
        await small.EvictByTagAsync("t");
        await small.WriteAsync("later", "v", "u");
        await small.EvictByTagAsync(Enumerable.Range(0, 3_000).Select(i => "x" + i));

        foreach (var store in new[] { small, A, NewInstance().Store })
        {
            Assert.Null(await store.ReadAsync("evicted"));
            Assert.Null(await store.ReadAsync("unrelated"));
            Assert.Null(await store.ReadAsync("later"));
        }

        for (var i = 0; i < Engine.Partitions; i++)
            Assert.InRange(await Database.SortedSetLengthAsync(KeyOf(i, "marks")), 1, 1_001);
        await WritesWorkAgainAsync(small);
    }

    [Fact]
    public async Task AFloorThatWentBack_IsRaisedAgain()
    {
        var small = NewInstance(o => o.MaxTagInvalidations = 1_000).Store;
        await small.WriteAsync("evicted", "old", "t");
        await small.EvictByTagAsync("t");
        await small.EvictByTagAsync(Enumerable.Range(0, 3_000).Select(i => "x" + i));
        Assert.Null(await small.ReadAsync("evicted"));
        var invalidations = KeyOf(PartitionOf("evicted"), "marks");
        var floor = (double)(await Database.SortedSetScoreAsync(invalidations, "floor"))!;
        await Database.SortedSetAddAsync(invalidations, "floor", 1); // lost, with the invalidation of t that it stands for
        await B.EvictByTagAsync("y");
        await small.ReadAsync("evicted"); // catches up, and tells what it knows
        Assert.True(await Database.SortedSetScoreAsync(invalidations, "floor") >= floor);
        Assert.Null(await NewInstance().Store.ReadAsync("evicted"));
    }

    [Fact]
    public async Task TagInvalidations_PastTheirRetention_AreTrimmedIntoTheFloor()
    {
        await A.WriteAsync("evicted", "old", "t");
        await A.EvictByTagAsync("t");
        var partition = Partitions[PartitionOf("evicted")];
        await TagInvalidateScript.Call(partition, TimeSpan.FromMicroseconds(1), 1_000, [[.. "h=later"u8]]).RunAsync(Database);
        Assert.Equal(["floor", "h=later"], (await Database.SortedSetRangeByRankAsync(partition.Marks)).Select(m => (string)m!));
        Assert.Null(await A.ReadAsync("evicted"));
        Assert.Null(await NewInstance().Store.ReadAsync("evicted"));
        await WritesWorkAgainAsync(B);
    }

    [Fact]
    public async Task ManyMarks_AreSynchronizedInPages()
    {
        await A.WriteAsync("first", "old", "x0");
        await A.WriteAsync("last", "old", "x6999");
        await A.WriteAsync("live", "v", "y");
        await A.EvictByTagAsync(Enumerable.Range(0, 7_000).Select(i => "x" + i));
        var fresh = NewInstance().Store;
        Assert.Null(await fresh.ReadAsync("first"));
        Assert.Null(await fresh.ReadAsync("last"));
        Assert.Equal("v", await fresh.ReadAsync("live"));
    }

    /// <summary>The replies to two evictions of an instance may be taken in the other order. One that only writes learns of the first one all the same.</summary>
    [Fact]
    public async Task Writing_WhenBehindAnEvictionOfOnesOwn_IsAcceptedAgain()
    {
        var instance = NewInstance();
        Assert.Equal(CacheWriteOutcome.Stored, await instance.Store.WriteAsync("k", "v", CacheVersion.AtWrite, "t"));
        var partition = PartitionOf("k");
        await B.EvictByTagAsync("before");
        var before = await StampAsync(partition);
        await B.EvictByTagAsync("t");
        instance.Get<PartitionSet>().Watches[partition].TagState.Apply(new TagInvalidationReply(before, await StampAsync(partition), 0), [[.. "h"u8, .. TagId.Of("t", "tag")]]);
        await Eventually.BecomesTrueAsync(async () => await instance.Store.WriteAsync("k", "v", CacheVersion.AtWrite, "t") == CacheWriteOutcome.Stored, "writes are accepted");
    }

    [Fact]
    public async Task EverythingLostAtRandomUnderLoad_NothingEvictedIsServed()
    {
        var stores = new[] { A, B, NewInstance().Store };
        var history = new VersionHistory(keys: 3);
        await using var load = new BackgroundLoad();
        foreach (var store in stores.SelectMany(static store => Enumerable.Repeat(store, 2)))
            load.Start(stop => history.ReadAndWriteAsync(store, stop));
        load.Start(stop => history.EvictAsync(stores, stop));
        for (var round = 0; round < 60; round++)
        {
            var evictions = history.Evictions;
            await Eventually.BecomesTrueAsync(() => history.Evictions > evictions + 2 || load.HasFailed, "evictions go on");
            await DeleteAsync((round % 4) switch { 0 => "epoch", 1 => "marks", 2 => "epoch", _ => "marks" });
            if (round % 4 == 2)
                await DeleteAsync("marks");
        }

        await load.StopAsync();
        history.Print();
        Assert.Equal(0, history.Violations);
        Assert.True(history.Hits > 100, "There were hits to judge.");
    }

    private int PartitionOf(string key) => new RedisTagCache.Topology.KeySpace(Prefix, "test", Engine.Partitions).PartitionOf(key).Index;

    private async Task<string[]> Epochs()
    {
        var epochs = new string[Engine.Partitions];
        for (var i = 0; i < epochs.Length; i++)
            epochs[i] = (await Database.StringGetAsync(KeyOf(i, "epoch"))).ToString();
        return epochs;
    }

    private async Task<EpochStamp> StampAsync(int partition) =>
        EpochStamp.TryParse((byte[]?)await Database.StringGetAsync(KeyOf(partition, "epoch")), out var stamp) ? stamp : throw new InvalidOperationException("There is no stamp.");

    private async Task<double[]> Floors()
    {
        var floors = new double[Engine.Partitions];
        for (var i = 0; i < floors.Length; i++)
            floors[i] = await Database.SortedSetScoreAsync(KeyOf(i, "marks"), "floor") ?? 0;
        return floors;
    }

    // Within a few tries: a lookup made while another instance repairs the partition carries a version from before.
    private static async Task WritesWorkAgainAsync(ITagCacheStore store)
    {
        await Eventually.BecomesTrueAsync(async () => await store.WriteAsync("again", "v", "t") == CacheWriteOutcome.Stored, "writes are accepted");
        Assert.Equal("v", await store.ReadAsync("again"));
    }
}

public sealed class StandaloneLossTests(StandaloneEngine engine) : LossContract(engine), IClassFixture<StandaloneEngine>;

public sealed class PartitionedLossTests(PartitionedEngine engine) : LossContract(engine), IClassFixture<PartitionedEngine>;

public sealed class ClusterLossTests(ClusterEngine engine) : LossContract(engine), IClassFixture<ClusterEngine>;

public sealed class EmbeddedLossTests(EmbeddedEngine engine) : LossContract(engine), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryLossTests(InMemoryEngine engine) : LossContract(engine), IClassFixture<InMemoryEngine>;
