using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>Redis hung and killed under requests: all are answered, and soon at the speed of the application.</summary>
[Collection(Calm.Name)]
public sealed class PageOutageTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RedisAway_EveryRequestIsAnswered_AndPagesAreCachedAgainAfterIt(bool isHung)
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await PageApp.StartAsync(server.ConnectionString, Map);
        var before = await MeasureAsync(app, 400);

        if (isHung)
            server.Hang();
        else
            server.Kill();
        var first = await MeasureAsync(app, 8);
        var during = await MeasureAsync(app, 400);

        if (isHung)
            server.Resume();
        else
            await server.RestartAsync();
        var recovery = await Eventually.BecomesTrueAsync(async () => await app.GetAsync("/page") == await app.GetAsync("/page"), "pages are cached again");
        var after = await MeasureAsync(app, 400);
        Print($"{(isHung ? "hung" : "killed")}, p50/p99 in ms. Before {before}, first requests {first}, during {during}, after {after} (cached again after {recovery.TotalMilliseconds:F0} ms)");

        Assert.True(recovery < TimeSpan.FromSeconds(8), $"Pages are cached again within seconds: {recovery}.");
        Assert.True(first.P99 < 2_000, $"No request waits longer than the bound of 1.5 s, though it reads and writes: {first}.");
        Assert.True(during.P99 < 100, $"Requests during the outage are as fast as the application: {during}.");
    }

    [Fact]
    public async Task UnreachableServer_TheHostStartsAtOnce_AndServes()
    {
        var watch = Stopwatch.StartNew();
        await using var app = await PageApp.StartAsync("127.0.0.1:1", Map);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"The start took {watch.Elapsed}.");
        for (var i = 0; i < 10; i++)
            Assert.NotEmpty(await app.GetAsync("/page"));
    }

    [Fact]
    public async Task StartingTheHost_AsksForNoConnection()
    {
        var asked = 0;
        await using var app = await PageApp.StartAsync("", Map, options =>
        {
            options.Configuration = null;
            options.ConnectionMultiplexerFactory = () =>
            {
                asked++;
                throw new InvalidOperationException("There is no server.");
            };
        });
        Assert.Equal(0, asked);
        Assert.NotEmpty(await app.GetAsync("/page"));
        Assert.NotEqual(0, asked);
    }

    private static void Map(WebApplication app)
    {
        var rendered = 0;
        app.MapGet("/page", () => $"{Interlocked.Increment(ref rendered)}").CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(5)).Tag("pages"));
    }

    private static async Task<Percentiles> MeasureAsync(PageApp app, int requests)
    {
        var durations = new List<double>();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            for (var i = 0; i < requests / 4; i++)
            {
                var start = Stopwatch.GetTimestamp();
                using var response = await app.Client.GetAsync("/page");
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                lock (durations)
                    durations.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }));
        durations.Sort();
        return new Percentiles(durations[durations.Count / 2], durations[durations.Count * 99 / 100]);
    }

    private static void Print(FormattableString line) => TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(line));

    private readonly record struct Percentiles(double P50, double P99)
    {
        public override string ToString() => FormattableString.Invariant($"{P50:F1}/{P99:F1}");
    }
}
