using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.AspNetCore.Tests.Pages;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>The client of the request that renders a page cannot keep the other ones waiting, neither by reading slowly nor with a response that does not end.</summary>
public sealed class SlowClientTests(RedisFixture redis) : PageSuite(redis)
{
    private const int Large = 20_000_000;
    private static readonly TimeSpan _renderWait = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("/large")]
    [InlineData("/cookie")]
    public async Task ClientReadsNothing_TheNextOneIsServed(string path)
    {
        await using var app = await StartAsync();
        using var slow = await AskAsync(app, path);
        await Eventually.BecomesTrueAsync(() => Renderings(path) == 1, "the page is rendered for the slow client");
        Assert.Equal(Large, (await app.GetAsync(path).WaitAsync(_patience)).Length);
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                var before = Renderings(path);
                Assert.Equal(Large, (await app.GetAsync(path).WaitAsync(_patience)).Length);
                return path == "/cookie" || Renderings(path) == before;
            },
            "it is served from the cache, where it may be stored");
    }

    [Fact]
    public async Task ManySlowClients_TheNextOneIsServed()
    {
        await using var app = await StartAsync();
        var slow = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => AskAsync(app, "/large")));
        Assert.Equal(Large, (await app.GetAsync("/large").WaitAsync(_patience)).Length);
        foreach (var socket in slow)
            socket.Dispose();
    }

    [Theory]
    [InlineData("/events")]
    [InlineData("/frames")]
    [InlineData("/beyond")]
    [InlineData("/announced")]
    [InlineData("/refused")]
    [InlineData("/failing")]
    public async Task ResponseThatIsNotStored_DoesNotEnd_OthersAreAnsweredMeanwhile(string path)
    {
        await using var app = await StartAsync();
        using var first = await app.Client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead).WaitAsync(_patience);
        for (var i = 0; i < 3; i++)
        {
            using var next = await app.Client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead).WaitAsync(_patience);
            Assert.Equal(first.StatusCode, next.StatusCode);
        }
    }

    [Fact]
    public async Task ResponseThatDoesNotEnd_IsWaitedForOnce()
    {
        await using var app = await StartAsync(TimeSpan.FromSeconds(1));
        using var first = await app.Client.GetAsync(new Uri("/endless", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead).WaitAsync(_patience);
        for (var i = 0; i < 3; i++)
        {
            using var next = await app.Client.GetAsync(new Uri("/endless", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead).WaitAsync(_patience);
            Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        }
    }

    [Fact]
    public async Task PageThatIsSentBitByBit_IsRenderedOnce()
    {
        await using var app = await StartAsync();
        var pages = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => app.GetAsync("/bits"))).WaitAsync(_patience);
        Assert.All(pages, page => Assert.Equal("0123456789", page));
        Assert.Equal(1, Renderings("/bits"));
    }

    private Task<PageApp> StartAsync(TimeSpan? renderWait = null) => PageApp.StartAsync(
        Redis.ConnectionString,
        app =>
        {
            app.MapGet("/large", (HttpContext context) => SendAsync(context, "/large"));
            app.MapGet("/cookie", (HttpContext context) =>
            {
                context.Response.Cookies.Append("visitor", "1");
                return SendAsync(context, "/cookie");
            });
            app.MapGet("/events", (HttpContext context) => StreamAsync(context, "text/event-stream; charset=utf-8"));
            app.MapGet("/frames", (HttpContext context) => StreamAsync(context, "multipart/x-mixed-replace; boundary=x"));
            app.MapGet("/endless", (HttpContext context) => StreamAsync(context, "text/plain"));
            app.MapGet("/beyond", (HttpContext context) => StreamAsync(context, "text/plain", bytes: Large + 1));
            app.MapGet("/announced", (HttpContext context) =>
            {
                context.Response.ContentLength = Large + 1;
                return StreamAsync(context, "text/plain");
            });
            app.MapGet("/refused", (HttpContext context) =>
            {
                context.Features.Get<IOutputCacheFeature>()!.Context.AllowCacheStorage = false;
                return StreamAsync(context, "text/plain");
            });
            app.MapGet("/failing", (HttpContext context) =>
            {
                context.Response.StatusCode = 503;
                return StreamAsync(context, "text/plain");
            });
            app.MapGet("/bits", async (HttpContext context) =>
            {
                Render("/bits");
                for (var i = 0; i < 10; i++)
                {
                    await context.Response.WriteAsync(i.ToString(System.Globalization.CultureInfo.InvariantCulture));
                    await context.Response.Body.FlushAsync();
                    await Task.Delay(100); // bit by bit
                }
            });
        },
        options => options.KeyPrefix = KeyPrefix,
        services => services.Configure<OutputCacheOptions>(options =>
        {
            options.AddBasePolicy(policy => policy.Expire(Lifetime));
            options.MaximumBodySize = Large;
        }),
        pages => pages.RenderTimeout = renderWait ?? _renderWait);

    private async Task SendAsync(HttpContext context, string path)
    {
        Render(path);
        var part = Encoding.ASCII.GetBytes(new string('x', Large / 100));
        for (var i = 0; i < 100; i++)
            await context.Response.Body.WriteAsync(part, context.RequestAborted);
    }

    private static async Task StreamAsync(HttpContext context, string type, int bytes = 10)
    {
        context.Response.ContentType = type;
        await context.Response.Body.WriteAsync(new byte[bytes / 2]);
        await context.Response.Body.WriteAsync(new byte[bytes - (bytes / 2)]);
        await context.Response.Body.FlushAsync();
        await Task.Delay(Timeout.Infinite, context.RequestAborted);
    }

    /// <summary>Asks for a page and reads nothing of it.</summary>
    private static async Task<Socket> AskAsync(PageApp app, string path)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096 };
        await socket.ConnectAsync(IPAddress.Loopback, app.Client.BaseAddress!.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: pages.example\r\n\r\n"));
        return socket;
    }
}
