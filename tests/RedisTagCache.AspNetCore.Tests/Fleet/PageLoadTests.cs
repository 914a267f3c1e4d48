using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>
/// Pages of two instances under load and evictions, through the whole pipeline. One client for each page of an instance: no request joins
/// another's lookup, so each answer is the cache's own.
/// </summary>
public sealed class PageLoadTests(RedisFixture redis) : IClassFixture<RedisFixture>, IDisposable
{
    private const int Pages = 4;
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private readonly long[] _database = new long[Pages];
    private readonly long[] _evicted = new long[Pages];
    private readonly CancellationTokenSource _stop = new();
    private long _requests;
    private long _rendered;
    private long _evictions;
    private long _violations;

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task RequestsAfterAnEviction_AreNeverAnsweredWithAnEvictedPage()
    {
        var seconds = int.Parse(Environment.GetEnvironmentVariable("REDISTAGCACHE_LOAD_SECONDS") ?? "10", CultureInfo.InvariantCulture);
        await using var a = await StartAsync();
        await using var b = await StartAsync();
        using var outcomes = new Outcomes(a.Services, b.Services);
        var start = Stopwatch.GetTimestamp();
        var load = Task.WhenAll(Enumerable.Range(0, Pages)
            .SelectMany(page => new[] { a, b }.Select(app => Task.Run(() => RequestAsync(app, page))))
            .Append(Task.Run(() => EvictAsync([a, b]))));

        // A busy machine does less in the same time.
        await Eventually.BecomesTrueAsync(() => load.IsCompleted || (Stopwatch.GetElapsedTime(start).TotalSeconds >= seconds && IsEnough(outcomes)), "pages were hits, and were evicted", TimeSpan.FromSeconds(10 * seconds));
        await _stop.CancelAsync();
        await load;

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{seconds} s: {_requests} requests, {_rendered} rendered, {_evictions} evictions, {_violations} violations; {outcomes}");
        Assert.Equal(0, _violations);
        Assert.True(IsEnough(outcomes));
        Assert.Equal(0, outcomes.Writes("skipped"));
    }

    /// <summary>Pages were hits, evicted pages were found, pages were stored, and some that started before an eviction were not.</summary>
    private bool IsEnough(Outcomes outcomes) => Interlocked.Read(ref _requests) - Interlocked.Read(ref _rendered) > 1_000
        && outcomes.Lookups("evicted") > 100
        && outcomes.Writes("stored") > 100
        && outcomes.Writes("rejected") > 0;

    private Task<PageApp> StartAsync() => PageApp.StartAsync(
        redis.ConnectionString,
        app =>
        {
            foreach (var page in Enumerable.Range(0, Pages))
                app.MapGet($"/page/{page}", () => RenderAsync(page)).CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(5)).Tag($"page:{page}"));
        },
        options => options.KeyPrefix = _prefix);

    private async Task<string> RenderAsync(int page)
    {
        var version = Interlocked.Read(ref _database[page]);
        Interlocked.Increment(ref _rendered);
        await Task.Delay(Random.Shared.Next(4)); // rendering takes its time
        return version.ToString(CultureInfo.InvariantCulture);
    }

    private async Task RequestAsync(PageApp app, int page)
    {
        while (!_stop.IsCancellationRequested)
        {
            var floor = Interlocked.Read(ref _evicted[page]);
            using var response = await app.Client.GetAsync($"/page/{page}");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Interlocked.Increment(ref _requests);
            if (long.Parse(await response.Content.ReadAsStringAsync(), CultureInfo.InvariantCulture) < floor)
                Interlocked.Increment(ref _violations);
        }
    }

    private async Task EvictAsync(PageApp[] apps)
    {
        while (!_stop.IsCancellationRequested)
        {
            var page = Random.Shared.Next(Pages);
            var version = Interlocked.Increment(ref _database[page]);
            await apps[Random.Shared.Next(apps.Length)].Pages.EvictByTagAsync($"page:{page}", default);
            Interlocked.Exchange(ref _evicted[page], version);
            _evictions++;
            await Task.Delay(Random.Shared.Next(4)); // so that pages live for a while
        }
    }
}
