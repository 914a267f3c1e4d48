using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Pages;

/// <summary>A body that was not rendered to its end is never anybody's page.</summary>
public sealed class BrokenResponseTests(RedisFixture redis) : PageSuite(redis)
{
    [Fact]
    public async Task HandlerThatThrows_AfterPartOfTheBody_LeavesNothing()
    {
        var isFirst = true;
        await using var app = await StartAsync(app => app
            .MapGet("/page", async (HttpContext context) =>
            {
                await context.Response.WriteAsync("the start, ");
                await context.Response.Body.FlushAsync();
                if (isFirst)
                {
                    isFirst = false;
                    throw new InvalidOperationException("Rendering failed.");
                }

                await context.Response.WriteAsync("the end");
            })
            .CacheOutput(policy => policy.Expire(Lifetime)));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => app.GetAsync("/page"));
        Assert.Equal("the start, the end", await app.GetAsync("/page"));
        Assert.Equal("the start, the end", await app.GetAsync("/page"));
    }
}
