using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.AspNetCore.Tests.Pages;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.AspNetCore.Tests.OutputCaching;

/// <summary>Pages that an instance with another clock has rendered.</summary>
public class ClockTests(RedisFixture redis) : PageSuite(redis)
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(90)]
    [InlineData(-90)]
    public async Task Page_OfAnInstanceWhoseClockDiffers_IsServed(double seconds)
    {
        await using var app = await StartAsync();
        await MoveAsync(app, TimeSpan.FromSeconds(seconds));
        for (var i = 0; i < 30; i++)
        {
            using var response = await app.Client.GetAsync(new Uri("/page", UriKind.Relative));
            Assert.Equal("page 1", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            Assert.Equal("hit", response.Headers.GetValues("X-Cache").Single());
            Assert.InRange(response.Headers.Age!.Value.TotalSeconds, Math.Max(0, -seconds), Math.Max(0, -seconds) + 60);
        }
    }

    [Fact]
    public async Task Page_OfAnotherFormat_IsRendered_AndTheStatusTellsIt()
    {
        await using var app = await StartAsync();
        await ChangeAsync(app, page => [99, .. page]);
        using var response = await app.Client.GetAsync(new Uri("/page", UriKind.Relative));
        Assert.Equal("page 2", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("miss", response.Headers.GetValues("X-Cache").Single());
    }

    [Fact]
    public async Task IfModifiedSince_TheTimeOfAPageThatWasEvicted_IsNotAnsweredWith304()
    {
        await using var app = await StartAsync();
        using var first = await app.Client.GetAsync(new Uri("/page", UriKind.Relative));
        var date = first.Headers.Date!.Value + TimeSpan.FromSeconds(1); // of an instance whose clock is ahead
        await app.Pages.EvictByTagAsync("page", default);
        Assert.Equal("page 2", await app.GetAsync("/page"));
        Assert.Equal((HttpStatusCode.OK, "page 2"), await SendAsync(app, HttpMethod.Get, "/page", ("If-Modified-Since", date.ToString("r", CultureInfo.InvariantCulture))));
    }

    [Fact]
    public async Task IfModifiedSince_TheTimeThatThePageTells_IsAnsweredWith304()
    {
        await using var app = await StartAsync();
        Assert.Equal("dated", await app.GetAsync("/dated"));
        Assert.Equal(HttpStatusCode.NotModified, (await SendAsync(app, HttpMethod.Get, "/dated", ("If-Modified-Since", "Thu, 01 Jan 2026 00:00:00 GMT"))).Status);
    }

    private Task<PageApp> StartAsync() => PageApp.StartAsync(
        Redis.ConnectionString,
        app =>
        {
            app.MapGet("/page", () => "page " + Render("page")).CacheOutput(policy => policy.Expire(Lifetime).Tag("page"));
            app.MapGet("/dated", (HttpContext context) =>
            {
                context.Response.Headers.LastModified = "Thu, 01 Jan 2026 00:00:00 GMT";
                return "dated";
            }).CacheOutput(policy => policy.Expire(Lifetime));
        },
        options => options.KeyPrefix = KeyPrefix,
        pages: options => (options.AddCacheStatusHeader, options.LocalCacheBytes) = (true, CopyBytes));

    /// <summary>Has the page stored as if an instance had rendered it whose clock differs by so much.</summary>
    private Task MoveAsync(PageApp app, TimeSpan difference) => ChangeAsync(app, page =>
    {
        var ticks = 0L;
        for (var i = 0; i < 9; i++)
            ticks |= (long)(page[1 + i] & 0x7F) << (7 * i);
        ticks += difference.Ticks;
        for (var i = 0; i < 9; i++)
            page[1 + i] = (byte)((ticks >> (7 * i) & 0x7F) | (i < 8 ? 0x80L : 0));
        return page;
    });

    private async Task ChangeAsync(PageApp app, Func<byte[], byte[]> change)
    {
        Assert.Equal("page 1", await app.GetAsync("/page"));
        await using var connection = await ConnectionMultiplexer.ConnectAsync(Redis.ConnectionString + ",allowAdmin=true");
        var start = $"{{{KeyPrefix}:0}}:e:output:test:";
        var keys = new List<string>();
        await foreach (var key in connection.GetServers()[0].KeysAsync(pattern: start + "*"))
            keys.Add(((string)key!)[start.Length..]);
        var entry = new CacheEntryKey(CacheRegion.Output, Assert.Single(keys));
        byte[] page;
        CacheVersion version;
        using (var found = await app.Store.GetAsync(entry))
            (page, version) = (found.Payload.ToArray(), found.Version);
        await app.Store.SetAsync(entry, new(change(page)), version, new TagCacheEntryOptions { Lifetime = Lifetime, Tags = new[] { "page", "*" } });
    }
}
