using System.Globalization;
using System.Text;
using RedisTagCache.Invalidation;
using RedisTagCache.Scripts;
using RedisTagCache.Tags;
using RedisTagCache.TestSupport;
using static RedisTagCache.TestSupport.StoreExtensions;

namespace RedisTagCache.IntegrationTests.Load;

/// <summary>Instances that start after many tags were invalidated. Alone, since memory is measured for the whole process.</summary>
[Collection(Quiet.Name)]
public sealed class ManyInvalidationsTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    private const int Tags = 100_000;
    private const int AtOnce = 5_000;
    private const int MaxBytesOfATag = 64;
    private readonly string _prefix = "m" + Guid.NewGuid().ToString("N");
    private Instance _other = null!;

    public async ValueTask InitializeAsync()
    {
        _other = Create();
        foreach (var tags in Enumerable.Range(0, Tags).Select(static i => string.Create(CultureInfo.InvariantCulture, $"article:{i:D12}")).Chunk(AtOnce))
            await _other.Store.EvictByTagAsync(tags);
    }

    public ValueTask DisposeAsync() => _other.DisposeAsync();

    [Fact]
    public async Task FirstLookup_WithManyInvalidations_TakesThreeRoundTrips()
    {
        Assert.Equal(CacheWriteOutcome.Stored, await _other.Store.WriteAsync("k", "v", "Kept", "article:x"));
        await using var proxy = RecordingProxy.Start(int.Parse(redis.ConnectionString.Split(',')[0].Split(':')[1], CultureInfo.InvariantCulture));
        await using var instance = Create(proxy.ConnectionString);
        var isKnown = true;
        var sent = Encoding.Latin1.GetString(await proxy.RecordAsync(async () =>
        {
            Assert.Equal("v", await instance.Store.ReadAsync("k"));
            isKnown = StateOf(instance).Known is not null;
        }));

        // The entry, the first page, and the entry's tags, one after the other. The other pages are still on their way.
        Assert.False(isKnown);
        Assert.Equal(1, Count(sent, "MGET"));
        Assert.Equal(1, Count(sent, Convert.ToHexStringLower(InvalidationsFindScript.Script.Hash)));

        // Once all pages are there, nothing is asked any more.
        await BecomesKnownAsync(instance);
        sent = Encoding.Latin1.GetString(await proxy.RecordAsync(async () => Assert.Equal("v", await instance.Store.ReadAsync("k"))));
        Assert.Equal((1, 0), (Count(sent, "MGET"), Count(sent, "EVALSHA")));
    }

    [Fact]
    public async Task Lookup_WhilePagesAreRead_HonorsEveryEviction()
    {
        var whileRead = 0;
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await _other.Store.WriteAsync("a", "v", "Post:1");
                await _other.Store.WriteAsync("b", "v", "Post:2");
                await _other.Store.WriteAsync("c", "v", "Größe:3");
                await using var instance = Create();
                Assert.Equal("v", await instance.Store.ReadAsync("a"));
                Assert.Equal("v", await instance.Store.ReadAsync("b"));
                await _other.Store.EvictByTagAsync("POST:1"); // another spelling of the tag
                Assert.Null(await instance.Store.ReadAsync("a"));
                Assert.Equal("v", await instance.Store.ReadAsync("b"));
                await _other.Store.EvictByTagAsync("*");
                Assert.Equal("v", await instance.Store.ReadAsync("b")); // these entries do not have it
                await _other.Store.ExpireByTagAsync("post:2");
                using (var lookup = await instance.Store.GetAsync(Page("b")))
                    Assert.Equal(CacheLookupState.Stale, lookup.State);
                whileRead += StateOf(instance).Known is null ? 1 : 0;

                await _other.Store.EvictByTagAsync("GRÖßE:3");
                Assert.Null(await instance.Store.ReadAsync("c")); // not ASCII, so it has waited for all pages
                await BecomesKnownAsync(instance);
                Assert.Null(await instance.Store.ReadAsync("a"));
                return whileRead > 2;
            },
            "lookups have come while pages were read");
    }

    [Fact]
    public async Task Miss_WhilePagesAreRead_IsComputedAndStored()
    {
        await using var instance = Create();
        var cache = instance.Get<ITagCache>();
        var isKnown = true;
        Assert.Equal("v", await cache.GetOrCreateAsync("k", "v", (value, _, _) => ValueTask.FromResult(value), new CachePolicy { Lifetime = TimeSpan.FromHours(1) }, ["t"]));
        isKnown = StateOf(instance).Known is not null;
        Assert.False(isKnown);
        Assert.Equal("v", (await _other.Get<ITagCache>().TryGetAsync<string>("k", null, TestContext.Current.CancellationToken)).Value);

        await _other.Store.EvictByTagAsync("T");
        Assert.False((await instance.Get<ITagCache>().TryGetAsync<string>("k", null, TestContext.Current.CancellationToken)).HasValue);
    }

    [Fact]
    public async Task Instance_WithManyInvalidations_TakesFewBytesForEach()
    {
        // Compiled, with pools that are filled.
        await using (var first = Create())
            await BecomesKnownAsync(first);

        // What the tests before have left may go at any time, so that one measurement tells nothing. The one in the middle does.
        var measured = new double[3];
        for (var i = 0; i < measured.Length; i++)
        {
            await MeasureAsync(_prefix + "none"); // the runtime may keep the last one that was disposed, so that one is small
            var little = await MeasureAsync(_prefix + "none");
            var much = await MeasureAsync(_prefix);
            measured[i] = (much - little) / (double)Tags;
        }

        Array.Sort(measured);
        var each = measured[1];
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{measured[0]:F1}, {each:F1}, {measured[2]:F1} bytes a tag"));
        Assert.InRange(each, 1, MaxBytesOfATag);
    }

    private async Task<long> MeasureAsync(string prefix)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await using var instance = Create(prefix: prefix);
        await BecomesKnownAsync(instance);
        return GC.GetTotalMemory(forceFullCollection: true) - before;
    }

    private Instance Create(string? connectionString = null, string? prefix = null) => Instance.Create(
        connectionString ?? redis.ConnectionString,
        options => (options.KeyPrefix, options.Partitions, options.MaxTagInvalidations) = (prefix ?? _prefix, 1, 2 * Tags));

    private static TagState StateOf(Instance instance) => instance.Get<PartitionSet>().Watches[0].TagState;

    private static async Task BecomesKnownAsync(Instance instance)
    {
        await instance.Store.ReadAsync("any");
        await Eventually.BecomesTrueAsync(() => StateOf(instance).Known is not null, "all pages are read");
    }

    private static int Count(string sent, string part) => sent.Split(part).Length - 1;
}
