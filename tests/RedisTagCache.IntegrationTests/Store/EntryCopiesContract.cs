using System.Buffers;
using System.Text;
using RedisTagCache.Leases;
using RedisTagCache.LocalCaching;
using RedisTagCache.Management;
using RedisTagCache.TestSupport;
using static RedisTagCache.TestSupport.StoreExtensions;

namespace RedisTagCache.IntegrationTests.Store;

/// <summary>Copies of entries in the memory of two instances on one Redis.</summary>
public abstract class EntryCopiesContract(IEngine engine) : StoreSuite(engine)
{
    private const long Plenty = 1024 * 1024;
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Copy_IsKeptOnceItWasAskedForTwice_AndIsTheSameForAll()
    {
        var (store, copies) = NewCopies();
        await store.WriteAsync("warm", "w");
        await KeepAsync(copies, "warm"); // from here on the instance follows what happens

        await A.WriteAsync("k", "v", "t");
        await LookUpAsync(copies, "k");
        Assert.Null(Copy(copies, "k"));
        await KeepAsync(copies, "k");
        Assert.Equal("v", Copy(copies, "k"));
        Assert.True(copies.TryGet("k", out var one));
        Assert.True(copies.TryGet("k", out var other));
        Assert.True(one == other, "It is the same array.");
        Assert.Null(Copy(copies, "absent"));
        Assert.Null(Copy(copies, ""));
    }

    [Fact]
    public async Task Copy_OfALongKey_IsKeptToo()
    {
        var (store, copies) = NewCopies();
        var key = new string('k', 2_000);
        await store.WriteAsync(key, "v");
        await KeepAsync(copies, key);
        Assert.Null(Copy(copies, key + "k"));
        await A.RemoveAsync(Page(key));
        await GoneAsync(copies, key);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EvictionOrExpiry_HereEndsItAtOnce_ElsewhereSoon(bool isExpiry)
    {
        var (store, copies) = NewCopies();
        foreach (var where in new[] { store, A })
        {
            var tag = where == A ? "elsewhere" : "here";
            await store.WriteAsync("k", "v", tag, "other");
            await store.WriteAsync("l", "v", "l");
            await KeepAsync(copies, "k");
            await KeepAsync(copies, "l");
            await (isExpiry ? where.ExpireByTagAsync(tag) : where.EvictByTagAsync(tag));
            if (where == A)
                await GoneAsync(copies, "k");
            Assert.Null(Copy(copies, "k"));
            Assert.Equal("v", Copy(copies, "l"));

            using var found = await copies.GetAsync("k");
            Assert.Equal(isExpiry ? CacheLookupState.Stale : CacheLookupState.Miss, found.State);
            Assert.Null(Copy(copies, "k")); // what is stale is not kept again
        }
    }

    [Fact]
    public async Task Removal_HereEndsItAtOnce_ElsewhereSoon()
    {
        var (store, copies) = NewCopies();
        foreach (var where in new[] { store, A })
        {
            await store.WriteAsync("k", "v");
            await KeepAsync(copies, "k");
            await where.RemoveAsync(Page("k"));
            if (where == A)
                await GoneAsync(copies, "k");
            Assert.Null(Copy(copies, "k"));
            Assert.Null(await store.ReadAsync("k"));
        }
    }

    [Fact]
    public async Task RemovalByTheInspector_EndsItSoon()
    {
        var (store, copies) = NewCopies();
        await store.WriteAsync("k", "v");
        await KeepAsync(copies, "k");
        var inspector = NewInstance().Get<ITagCacheInspector>();
        Assert.True(await inspector.RemoveAsync((await inspector.InspectAsync(Pages.Name, "k"))!));
        await GoneAsync(copies, "k");
    }

    /// <summary>What was started before a removal must not come back after it.</summary>
    [Fact]
    public async Task Removal_TakesTheLeaseFromWhoComputes()
    {
        var instance = NewInstance();
        var leases = instance.Get<ITagCacheLeases>();
        using var found = await instance.Store.GetAsync(Page("k"));
        await using var lease = await leases.AcquireAsync(Page("k"), found);
        Assert.Equal(CacheLeaseState.Granted, lease.State);
        await B.RemoveAsync(Page("k"));
        Assert.Equal(CacheWriteOutcome.Rejected, await lease.SetAsync(Bytes("old"), CacheVersion.AtWrite, new TagCacheEntryOptions { Lifetime = TimeSpan.FromMinutes(1) }));
        Assert.Null(await A.ReadAsync("k"));

        using var again = await instance.Store.GetAsync(Page("k"));
        await using var next = await leases.AcquireAsync(Page("k"), again);
        Assert.Equal(CacheLeaseState.Granted, next.State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Write_ByThisInstance_EndsTheCopyAtOnce_StoredOrRefused(bool isStored)
    {
        var (store, copies, leases) = NewCopiesAndLeases();
        foreach (var isLeased in new[] { false, true })
        {
            await A.WriteAsync("k", "old");
            await KeepAsync(copies, "k");
            using var found = await store.GetAsync(Page("k"));
            var version = isStored ? found.Version : CacheVersion.Unknown;
            var options = new TagCacheEntryOptions { Lifetime = TimeSpan.FromMinutes(1) };
            if (isLeased)
            {
                await using var lease = await leases.AcquireAsync(Page("k"), found);
                await lease.SetAsync(Bytes("new"), version, options);
            }
            else
            {
                await store.SetAsync(Page("k"), Bytes("new"), version, options);
            }

            Assert.Null(Copy(copies, "k"));
            await KeepAsync(copies, "k");
            Assert.Equal(!isStored ? "old" : "new", Copy(copies, "k"));
        }
    }

    [Fact]
    public async Task Lifetime_EndsIt()
    {
        var lifetime = TimeSpan.FromSeconds(3);
        var (store, copies) = NewCopies();
        await store.WriteAsync("warm", "w");
        await KeepAsync(copies, "warm");
        await store.SetAsync(Page("k"), Bytes("v"), CacheVersion.AtWrite, new TagCacheEntryOptions { Lifetime = lifetime, StaleWindow = TimeSpan.FromMinutes(1) });
        await LookUpAsync(copies, "k");
        await LookUpAsync(copies, "k");
        Assert.Equal("v", Copy(copies, "k"));

        // On a busy machine, a copy may also be gone because the instance could not be sure of it for a moment. Its lifetime is over when the entry is stale.
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                using var found = await copies.GetAsync("k");
                return found.State == CacheLookupState.Stale;
            },
            "the entry is stale",
            lifetime + _soon);
        await GoneAsync(copies, "k"); // its clock may be a millisecond behind the one by which entries are judged
    }

    [Fact]
    public async Task Memory_IsKeptWithin_AndWhatIsAskedForOftenStays()
    {
        const long Most = 64 * 1024;
        var instance = NewInstance();
        var copies = instance.Get<ITagCacheCopies>().Keep(Pages, Most);
        var statistics = instance.Get<ITagCacheStatistics>();
        await A.WriteAsync("hot", new string('h', 4_000));
        await KeepAsync(copies, "hot");
        var most = 0L;
        for (var i = 0; i < 200; i++)
        {
            await A.WriteAsync($"k{i}", new string('v', 1_000));
            await LookUpAsync(copies, $"k{i}");
            await LookUpAsync(copies, $"k{i}");
            most = Math.Max(most, statistics.GetSnapshot().LocalBytes);
            await StaysAsync();
        }

        Assert.InRange(most, Most / 2, Most);
        Assert.InRange(statistics.GetSnapshot().LocalEntries, 20, 60);

        await A.WriteAsync("large", new string('l', (int)Most));
        await LookUpAsync(copies, "large");
        await LookUpAsync(copies, "large");
        Assert.Null(Copy(copies, "large"));
        await StaysAsync();

        // While the server is slow to answer, nobody vouches for copies. One that was dropped does not come back.
        Task<TimeSpan> StaysAsync() => Eventually.BecomesTrueAsync(() => Copy(copies, "hot") is not null, "what is asked for often stays");
    }

    [Fact]
    public async Task Hits_AreCounted_AndRegionsKeepApart()
    {
        var instance = NewInstance();
        var other = new CacheRegion("other", isTagged: true, isIsolatedByBuild: true);
        var (copies, others) = (instance.Get<ITagCacheCopies>().Keep(Pages, Plenty), instance.Get<ITagCacheCopies>().Keep(other, Plenty));
        await A.WriteAsync("k", "v");
        await A.SetAsync(new CacheEntryKey(other, "k"), Bytes("w"), CacheVersion.AtWrite, new TagCacheEntryOptions());
        await KeepAsync(copies, "k");
        await KeepAsync(others, "k");
        var hits = LocalHits();
        for (var i = 0; i < 5; i++)
            Assert.Equal(("v", "w"), (Copy(copies, "k"), Copy(others, "k")));
        Assert.Equal(hits + 5, LocalHits());
        Assert.Equal(2, instance.Get<ITagCacheStatistics>().GetSnapshot().LocalEntries);

        // An instance that Redis does not answer in time drops all of its copies.
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await A.WriteAsync("k", "v");
                await KeepAsync(copies, "k");
                await KeepAsync(others, "k");
                await A.RemoveAsync(Page("k"));
                await GoneAsync(copies, "k");
                return Copy(others, "k") == "w";
            },
            "the removal ends the copy of its own region alone");

        long LocalHits() => instance.Get<ITagCacheStatistics>().GetSnapshot().Regions.Single(row => row.Region == Pages.Name).LocalHits;
    }

    /// <summary>One instance writes, removes and evicts, and asks itself meanwhile; another one removes. No copy is older than what this instance itself has done.</summary>
    [Fact]
    public async Task WritesAndRemovals_UnderLookups_LeaveNoOlderCopy()
    {
        var (store, copies) = NewCopies();
        await store.WriteAsync("k", "0", "t");
        await KeepAsync(copies, "k");
        var (done, kept) = (0, 0L);
        await using var readers = new BackgroundLoad();
        for (var i = 0; i < 4; i++)
        {
            readers.Start(async stop =>
            {
                while (!stop.IsCancellationRequested)
                {
                    var least = Volatile.Read(ref done);
                    if (Copy(copies, "k") is { } text)
                    {
                        Interlocked.Increment(ref kept);
                        Assert.True(int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) >= least, $"The copy is {text}, after {least} was done.");
                    }

                    await LookUpAsync(copies, "k");
                }
            });
        }

        for (var version = 1; version < 400; version++)
        {
            if (version % 3 == 0)
                await store.RemoveAsync(Page("k"));
            else if (version % 3 == 1)
                await store.EvictByTagAsync("t");
            await store.WriteAsync("k", version.ToString(System.Globalization.CultureInfo.InvariantCulture), "t");
            Volatile.Write(ref done, version);
            if (version % 10 == 0)
            {
                var before = Volatile.Read(ref kept);
                await Eventually.BecomesTrueAsync(() => Volatile.Read(ref kept) > before || readers.HasFailed, "copies are returned");
            }
        }

        await readers.StopAsync();
        Assert.True(kept > 100, $"Copies were returned: {kept}.");
        await A.RemoveAsync(Page("k"));
        await GoneAsync(copies, "k");
    }

    [Fact]
    public async Task TryGet_AfterTagInvalidationsWereLost_ReturnsNothingFromBefore()
    {
        var (store, copies) = NewCopies();
        await store.WriteAsync("k", "v");
        await KeepAsync(copies, "k");
        await DeleteAsync("marks");
        await DeleteAsync("epoch");
        await GoneAsync(copies, "k");
        await LookUpAsync(copies, "k");
        await LookUpAsync(copies, "k");
        Assert.Null(Copy(copies, "k"));
    }

    [Fact]
    public void Room_ForWhatCannotBeJudged_OrForNothing_IsRefused()
    {
        var copies = NewInstance().Get<ITagCacheCopies>();
        Assert.Throws<ArgumentException>(() => copies.Keep(new CacheRegion("plain", isTagged: false, isIsolatedByBuild: false), 1));
        Assert.Throws<ArgumentNullException>(() => copies.Keep(null!, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => copies.Keep(Pages, 0));
    }

    private (ITagCacheStore Store, IEntryCopies Copies) NewCopies()
    {
        var (store, copies, _) = NewCopiesAndLeases();
        return (store, copies);
    }

    private (ITagCacheStore Store, IEntryCopies Copies, ITagCacheLeases Leases) NewCopiesAndLeases()
    {
        var instance = NewInstance();
        return (instance.Store, instance.Get<ITagCacheCopies>().Keep(Pages, Plenty), instance.Get<ITagCacheLeases>());
    }

    private static async Task LookUpAsync(IEntryCopies copies, string key)
    {
        using var found = await copies.GetAsync(key);
    }

    private static Task<TimeSpan> KeepAsync(IEntryCopies copies, string key) => Eventually.BecomesTrueAsync(
        async () =>
        {
            await LookUpAsync(copies, key);
            return Copy(copies, key) is not null;
        },
        "there is a copy");

    /// <summary>Asked without a lookup in Redis, from which the instance would learn all the same.</summary>
    private static Task<TimeSpan> GoneAsync(IEntryCopies copies, string key, TimeSpan? patience = null) =>
        Eventually.BecomesTrueAsync(() => Copy(copies, key) is null, "the copy is out of date", patience ?? _soon);

    private static string? Copy(IEntryCopies copies, string key) => copies.TryGet(key, out var payload) ? Encoding.UTF8.GetString(payload.AsSpan()) : null;

    private static ReadOnlySequence<byte> Bytes(string text) => new(Encoding.UTF8.GetBytes(text));
}

public sealed class StandaloneEntryCopiesTests(StandaloneEngine engine) : EntryCopiesContract(engine), IClassFixture<StandaloneEngine>;

public sealed class PartitionedEntryCopiesTests(PartitionedEngine engine) : EntryCopiesContract(engine), IClassFixture<PartitionedEngine>;

public sealed class ClusterEntryCopiesTests(ClusterEngine engine) : EntryCopiesContract(engine), IClassFixture<ClusterEngine>;

public sealed class EmbeddedEntryCopiesTests(EmbeddedEngine engine) : EntryCopiesContract(engine), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryEntryCopiesTests(InMemoryEngine engine) : EntryCopiesContract(engine), IClassFixture<InMemoryEngine>;
