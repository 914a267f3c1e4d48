using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>Requests go on while Redis is hung, goes on, is killed and comes back: none fails, and evictions made before are kept to.</summary>
[Collection(Calm.Name)]
public sealed class RunningOutageTests
{
    private const int Clients = 6;
    private static readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(500);
    private readonly ConcurrentQueue<(long Start, double Milliseconds)> _durations = new();
    private long _version = 1;
    private long _floor;
    private long _violations;

    [Fact]
    public async Task HungAndKilledUnderTraffic_EveryRequestIsAnswered_AndNothingEvictedComesBack()
    {
        await using var server = await RedisServer.StartAsync();
        await using var a = await StartAsync(server);
        await using var b = await StartAsync(server);
        await using var traffic = new BackgroundLoad();
        for (var i = 0; i < Clients; i++)
        {
            var client = i;
            traffic.Start(stop => RequestAsync(client % 2 == 0 ? a : b, client, stop));
        }

        await EvictAsync(a);
        await IsCachedAsync(b);
        await RequestsPassAsync(1_000);

        var hung = Stopwatch.GetTimestamp();
        server.Hang();
        await RequestsPassAsync(2_000);
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(() => EvictAsync(a));
        server.Resume();
        var afterHang = await IsCachedAsync(b);
        await EvictAsync(b);

        var killed = Stopwatch.GetTimestamp();
        server.Kill();
        await RequestsPassAsync(2_000);
        await server.RestartAsync();
        var afterKill = await IsCachedAsync(a);
        await EvictAsync(a);
        await IsCachedAsync(b);
        var end = Stopwatch.GetTimestamp();
        await traffic.StopAsync();

        Print("before", 0, hung);
        Print("hung, then resumed", hung, killed);
        Print("killed, then restarted", killed, end);
        TestContext.Current.TestOutputHelper?.WriteLine($"cached again {afterHang.TotalMilliseconds:F0} ms after the resume, {afterKill.TotalMilliseconds:F0} ms after the restart");
        Assert.Equal(0, _violations);
        Assert.True(_durations.Max(d => d.Milliseconds) < (2 * _timeout.TotalMilliseconds) + 1_000, "No request waits for much more than its lookup and its write.");
        Assert.True(_durations.Count(d => d.Milliseconds > 250) <= 4 * Clients, "Only the first requests of an outage wait.");
        Assert.True(afterHang < TimeSpan.FromSeconds(8) && afterKill < TimeSpan.FromSeconds(8), "Pages are cached again within seconds.");
    }

    private Task<PageApp> StartAsync(RedisServer server) => PageApp.StartAsync(
        server.ConnectionString,
        app => app
            .MapGet("/page", () => Interlocked.Read(ref _version).ToString(CultureInfo.InvariantCulture))
            .CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(5)).Tag("pages")),
        options => options.OperationTimeout = _timeout);

    /// <summary>Each client has a page of its own: it joins nobody, so each answer is the cache's or the page's own.</summary>
    private async Task RequestAsync(PageApp app, int client, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var floor = Interlocked.Read(ref _floor);
            var start = Stopwatch.GetTimestamp();
            using var response = await app.Client.GetAsync($"/page?{client}", CancellationToken.None);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            var version = long.Parse(await response.Content.ReadAsStringAsync(CancellationToken.None), CultureInfo.InvariantCulture);
            _durations.Enqueue((start, Stopwatch.GetElapsedTime(start).TotalMilliseconds));
            if (version < floor)
                Interlocked.Increment(ref _violations);
            await Task.Delay(1, CancellationToken.None); // so that the traffic leaves the processor some time
        }
    }

    private async Task EvictAsync(PageApp app)
    {
        var version = Interlocked.Increment(ref _version);
        await app.Pages.EvictByTagAsync("pages", default);
        Interlocked.Exchange(ref _floor, version);
    }

    private async Task RequestsPassAsync(int requests)
    {
        var before = _durations.Count;
        await Eventually.BecomesTrueAsync(() => _durations.Count >= before + requests, "requests are answered");
    }

    /// <summary>A page of this test's own is served although the "database" has moved on.</summary>
    private async Task<TimeSpan> IsCachedAsync(PageApp app) => await Eventually.BecomesTrueAsync(
        async () =>
        {
            var page = await app.GetAsync("/page?own");
            Interlocked.Increment(ref _version);
            return page == await app.GetAsync("/page?own");
        },
        "pages are cached");

    private void Print(string phase, long from, long to)
    {
        var sorted = _durations.Where(d => d.Start >= from && d.Start < to).Select(d => d.Milliseconds).Order().ToArray();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{phase}: {sorted.Length} requests, p50/p99/max {sorted[sorted.Length / 2]:F1}/{sorted[sorted.Length * 99 / 100]:F1}/{sorted[^1]:F1} ms"));
    }
}
