using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.OutputCaching;

/// <summary>A write through <see cref="IOutputCacheStore"/> carries the version of its own lookup, whatever other lookups come in between.</summary>
public sealed class VersionFlowTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private static readonly string[] _tags = ["t"];
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");

    private Instance NewInstance() => Instance.Create(redis.ConnectionString, o => o.KeyPrefix = _prefix, s => s.AddRedisTagOutputCache());

    [Fact]
    public async Task Write_AfterAnEvictionSinceItsOwnLookup_IsNotServed_AlthoughAnotherFlowLookedUpLater()
    {
        await using var instance = NewInstance();
        var pages = instance.Get<IOutputCacheStore>();
        var (lookedUp, mayWrite) = (new TaskCompletionSource(), new TaskCompletionSource());
        var slow = Task.Run(async () =>
        {
            Assert.Null(await pages.GetAsync("k", default));
            lookedUp.SetResult();
            await mayWrite.Task;
            await WriteAsync(pages, "old");
        });
        await lookedUp.Task;
        await pages.EvictByTagAsync("t", default);
        var fast = Task.Run(async () =>
        {
            Assert.Null(await pages.GetAsync("k", default));
            mayWrite.SetResult();
            await slow;
            Assert.Null(await pages.GetAsync("k", default)); // the old page is not there
            await WriteAsync(pages, "new");
        });
        await fast;
        Assert.Equal("new", await ReadAsync(pages));
    }

    [Fact]
    public async Task Write_InOneFlowWithSeveralLookups_TakesTheOldest_AndTheNextIsCachedAgain()
    {
        await using var instance = NewInstance();
        var pages = instance.Get<IOutputCacheStore>();
        Assert.Null(await pages.GetAsync("k", default));
        await pages.EvictByTagAsync("t", default);
        Assert.Null(await pages.GetAsync("k", default));
        await WriteAsync(pages, "of the first lookup");
        Assert.Null(await ReadAsync(pages));
        await WriteAsync(pages, "of a later lookup");
        Assert.Equal("of a later lookup", await ReadAsync(pages));
    }

    [Fact]
    public async Task Write_InAFlowWithoutALookup_TakesTheOldestOutstanding()
    {
        await using var instance = NewInstance();
        var pages = instance.Get<IOutputCacheStore>();
        await Task.Run(async () => Assert.Null(await pages.GetAsync("k", default)));
        await pages.EvictByTagAsync("t", default);
        await Task.Run(async () => Assert.Null(await pages.GetAsync("k", default)));
        await Task.Run(() => WriteAsync(pages, "started at the first or the second"));
        Assert.Null(await Task.Run(() => ReadAsync(pages)));
        await Task.Run(async () =>
        {
            Assert.Null(await pages.GetAsync("k", default));
            await WriteAsync(pages, "of its own lookup");
        });
        Assert.Equal("of its own lookup", await Task.Run(() => ReadAsync(pages)));
    }

    [Fact]
    public async Task Write_WithoutAnyLookup_IsKept()
    {
        await using var instance = NewInstance();
        var pages = instance.Get<IOutputCacheStore>();
        await WriteAsync(pages, "v");
        Assert.Equal("v", await ReadAsync(pages));
    }

    [Fact]
    public async Task EightWritersAndAnEvictor_ServeNoEvictedPage()
    {
        const int keys = 4;
        var seconds = int.Parse(Environment.GetEnvironmentVariable("REDISTAGCACHE_LOAD_SECONDS") ?? "10", CultureInfo.InvariantCulture);
        await using var a = NewInstance();
        await using var b = NewInstance();
        using var outcomes = new Outcomes(a.Services, b.Services);
        var stores = new[] { a.Get<IOutputCacheStore>(), b.Get<IOutputCacheStore>() };
        var (database, evicted) = (new long[keys], new long[keys]);
        long reads = 0, hits = 0, writes = 0, evictions = 0, violations = 0;
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var writers = Enumerable.Range(0, 8).Select(w => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var key = Random.Shared.Next(keys);
                var floor = Interlocked.Read(ref evicted[key]);
                var page = await stores[w % 2].GetAsync("k" + key, default);
                Interlocked.Increment(ref reads);
                if (page is not null)
                {
                    Interlocked.Increment(ref hits);
                    if (long.Parse(Encoding.UTF8.GetString(page), CultureInfo.InvariantCulture) < floor)
                        Interlocked.Increment(ref violations);
                    continue;
                }

                var version = Interlocked.Read(ref database[key]);
                await Task.Delay(Random.Shared.Next(4)); // the rendering takes its time
                await stores[w % 2].SetAsync("k" + key, Encoding.UTF8.GetBytes(version.ToString(CultureInfo.InvariantCulture)), ["t" + key], TimeSpan.FromMinutes(1), default);
                Interlocked.Increment(ref writes);
            }
        })).Append(Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var key = Random.Shared.Next(keys);
                var version = Interlocked.Increment(ref database[key]);
                await stores[Random.Shared.Next(2)].EvictByTagAsync("t" + key, default);
                Interlocked.Exchange(ref evicted[key], version);
                evictions++;
                await Task.Delay(Random.Shared.Next(4)); // so that pages live for a while
            }
        }));
        await Task.WhenAll(writers);
        TestContext.Current.TestOutputHelper?.WriteLine($"{seconds} s: {reads} reads, {hits} hits, {writes} writes, {evictions} evictions, {violations} violations; {outcomes}");
        Assert.Equal(0, violations);
        Assert.True(hits > 1_000 && evictions > 100 && writes > 100, "There was something to judge.");
        Assert.True(outcomes.Writes("rejected") > 0 && outcomes.Lookups("evicted") > 0, "Some writes came too late, and evicted pages were found.");
    }

    private static async Task WriteAsync(IOutputCacheStore pages, string page) =>
        await pages.SetAsync("k", Encoding.UTF8.GetBytes(page), _tags, TimeSpan.FromMinutes(1), default);

    private static async Task<string?> ReadAsync(IOutputCacheStore pages) =>
        await pages.GetAsync("k", default) is { } page ? Encoding.UTF8.GetString(page) : null;
}
