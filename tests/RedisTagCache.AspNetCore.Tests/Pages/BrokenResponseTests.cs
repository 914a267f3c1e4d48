using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Pages;

/// <summary>A body that was not rendered to its end is never anybody's page, and nobody waits for the one who did not render it.</summary>
public class BrokenResponseTests(RedisFixture redis) : PageSuite(redis)
{
    private const int Rounds = 40;

    /// <summary>Nothing but the one who has it ends a lease or a wait within these tests.</summary>
    private static readonly TimeSpan _forever = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    public static MatrixTheoryData<Breakage, bool> Breakages => new(Enum.GetValues<Breakage>(), [false, true]);

    public enum Breakage
    {
        /// <summary>The handler throws after the first bytes.</summary>
        Throws,

        /// <summary>The handler ends the connection and returns as if nothing had happened.</summary>
        Aborts,

        /// <summary>The body is shorter than its Content-Length.</summary>
        TooShort,

        /// <summary>The body is longer than its Content-Length.</summary>
        TooLong,

        /// <summary>The handler hears of it.</summary>
        ClientLeaves,

        /// <summary>The handler does not care.</summary>
        ClientLeavesUnheard,
    }

    [Theory]
    [MemberData(nameof(Breakages))]
    public async Task PartOfAPage_IsNotKept_AndTheNextRequestRendersAtOnce(Breakage breakage, bool isLarge)
    {
        var part = new string('x', isLarge ? 100_000 : 10);
        await using var app = await StartAsync(Map, Patient);
        await using var other = await StartAsync(Map, Patient);
        for (var i = 0; i < Rounds; i++)
        {
            var path = $"/page/{i}";
            await BreakAsync(app, path, breakage);
            Assert.Equal(part + "end 2", await other.GetAsync(path).WaitAsync(_patience));
            Assert.Equal(part + "end 2", await app.GetAsync(path).WaitAsync(_patience));
        }

        void Map(WebApplication web) => web
            .MapGet("/page/{page}", context => RenderAsync(context, breakage, part))
            .CacheOutput(policy => policy.Expire(Lifetime));
    }

    [Fact]
    public async Task ClientThatLeaves_GivesItsLeaseBack_EvenIfTheHandlerGoesOn()
    {
        var (hasStarted, mayEnd) = (NewGate(), NewGate());
        await using var app = await StartAsync(Map, Patient);
        await using var other = await StartAsync(Map, Patient);
        using var leaving = new CancellationTokenSource();
        var left = app.Client.GetAsync("/page", leaving.Token);
        await hasStarted.Task;
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        Assert.Equal("2", await other.GetAsync("/page").WaitAsync(_patience));
        mayEnd.SetResult();
        Assert.Equal("2", await app.GetAsync("/page").WaitAsync(_patience));

        void Map(WebApplication web) => web
            .MapGet("/page", async () =>
            {
                var page = Render("/page");
                if (page == "1")
                {
                    hasStarted.SetResult();
                    await mayEnd.Task;
                }

                return page;
            })
            .CacheOutput(policy => policy.Expire(Lifetime));
    }

    /// <summary>An error page made by running the pipeline again, under another path, in the same request.</summary>
    [Fact]
    public async Task ErrorPage_IsNotKeptInPlaceOfThePage()
    {
        await using var app = await StartAsync(
            app =>
            {
                app.MapGet("/page", () => Render("/page") == "1" ? throw new InvalidOperationException("Rendering failed.") : "page").CacheOutput(policy => policy.Expire(Lifetime));
                app.MapGet("/sorry", () => Results.Ok("sorry")).CacheOutput(policy => policy.Expire(Lifetime));
            },
            services => services.AddBefore(async (context, proceed) =>
            {
                try
                {
                    await proceed(context);
                }
                catch (InvalidOperationException)
                {
                    context.Request.Path = "/sorry";
                    context.SetEndpoint(null);
                    await proceed(context);
                }
            }));
        Assert.Equal("\"sorry\"", await app.GetAsync("/page"));
        Assert.Equal("page", await app.GetAsync("/page"));
        Assert.Equal("page", await app.GetAsync("/page"));
        Assert.Equal(2, Renderings("/page"));
    }

    [Fact]
    public async Task RefreshThatGivesUp_KeepsThePage()
    {
        await using var app = await StartAsync(app => app
            .MapGet("/page", async context =>
            {
                var rendering = Render("/page");
                await context.Response.WriteAsync("page ");
                if (rendering != "1")
                    context.Abort();
                else
                    await context.Response.WriteAsync(rendering);
            })
            .CacheOutput(policy => policy.Expire(TimeSpan.FromMilliseconds(100)).StaleWhileRevalidate(Lifetime)));
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                Assert.Equal("page 1", await app.GetAsync("/page"));
                return Renderings("/page") == 2;
            },
            "it is rendered again");
        for (var i = 0; i < 100; i++)
            Assert.Equal("page 1", await app.GetAsync("/page"));
    }

    private static void Patient(IServiceCollection services)
    {
        services.Configure<RedisTagCacheOptions>(o => o.LeaseDuration = _forever);
        services.Configure<RedisTagOutputCacheOptions>(o => o.RenderTimeout = _forever);
    }

    private async Task RenderAsync(HttpContext context, Breakage breakage, string part)
    {
        var rendering = Render(context.Request.Path);
        if (rendering == "1" && breakage is Breakage.TooShort or Breakage.TooLong)
            context.Response.ContentLength = part.Length + (breakage == Breakage.TooLong ? 2 : 20);
        await context.Response.WriteAsync(part, CancellationToken.None);
        await context.Response.Body.FlushAsync(CancellationToken.None);
        if (rendering == "1")
        {
            switch (breakage)
            {
                case Breakage.Throws:
                    throw new InvalidOperationException("Rendering failed.");
                case Breakage.Aborts:
                    context.Abort();
                    return;
                case Breakage.ClientLeaves:
                    await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
                    break;
                case Breakage.ClientLeavesUnheard:
                    await Eventually.BecomesTrueAsync(() => context.RequestAborted.IsCancellationRequested, "the client has left");
                    break;
            }
        }

        await context.Response.WriteAsync("end " + rendering, CancellationToken.None);
    }

    private static async Task BreakAsync(PageApp app, string path, Breakage breakage)
    {
        if (breakage is Breakage.ClientLeaves or Breakage.ClientLeavesUnheard)
            await LeaveAsync(app, path);
        else
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => app.GetAsync(path));
    }

    /// <summary>Reads the start of the answer, and is gone.</summary>
    private static async Task LeaveAsync(PageApp app, string path)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, app.Client.BaseAddress!.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {app.Client.DefaultRequestHeaders.Host}\r\n\r\n"));
        Assert.NotEqual(0, await client.GetStream().ReadAsync(new byte[64]));
    }

    private static TaskCompletionSource NewGate() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
