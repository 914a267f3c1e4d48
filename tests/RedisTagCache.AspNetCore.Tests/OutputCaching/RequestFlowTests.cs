using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.OutputCaching;

/// <summary>A request that uses the store itself, as for parts of a page, beside the lookup that output caching made for it.</summary>
public sealed class RequestFlowTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1);
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");

    private Task<PageApp> StartAsync(Func<IOutputCacheStore, Task<string>> render) => PageApp.StartAsync(
        redis.ConnectionString,
        app => app.MapGet("/page", render).CacheOutput(policy => policy.Expire(_minute).Tag("pages")),
        options => options.KeyPrefix = _prefix);

    [Fact]
    public async Task Part_LookedUpBeforeAnEviction_IsNotKept_AlthoughTheRequestLookedUpOthersSince()
    {
        await using var app = await StartAsync(async pages =>
        {
            Assert.Null(await pages.GetAsync("part", default));
            await pages.EvictByTagAsync("t", default);
            Assert.Null(await pages.GetAsync("other part", default));
            await Task.Run(async () => Assert.Null(await pages.GetAsync("part of a part", default)));
            await WriteAsync(pages, "part", "old");
            await WriteAsync(pages, "other part", "new");
            return "page";
        });
        await app.GetAsync("/page");
        Assert.Null(await ReadAsync(app.Pages, "part"));
        Assert.Equal("new", await ReadAsync(app.Pages, "other part"));
    }

    [Fact]
    public async Task Part_LookedUpByAnotherRequestSince_IsNotKept()
    {
        var requests = 0;
        var (lookedUp, mayWrite) = (NewGate(), NewGate());
        await using var app = await StartAsync(async pages =>
        {
            var isFirst = Interlocked.Increment(ref requests) == 1;
            Assert.Null(await pages.GetAsync("part", default));
            if (isFirst)
            {
                lookedUp.SetResult();
                await mayWrite.Task;
                await WriteAsync(pages, "part", "old");
            }

            return "page";
        });
        var slow = app.GetAsync("/page?1");
        await lookedUp.Task;
        await app.Pages.EvictByTagAsync("t", default);
        await app.GetAsync("/page?2");
        mayWrite.SetResult();
        await slow;
        Assert.Null(await ReadAsync(app.Pages, "part"));
    }

    [Fact]
    public async Task Part_WrittenWithoutALookup_IsAsOldAsTheRequest()
    {
        await using var app = await StartAsync(async pages =>
        {
            var read = "old"; // from the database, say
            await pages.EvictByTagAsync("t", default);
            await WriteAsync(pages, "part", read);
            return "page";
        });
        await app.Pages.EvictByTagAsync("other", default); // the instance knows the epoch
        await app.GetAsync("/page");
        Assert.Null(await ReadAsync(app.Pages, "part"));
    }

    [Fact]
    public async Task Page_WhoseHandlerEvictsItsOwnTag_IsNotKept_AndTheNextOneIs()
    {
        var renderings = 0;
        await using var app = await StartAsync(async pages =>
        {
            if (++renderings == 1)
                await pages.EvictByTagAsync("pages", default);
            return $"{renderings}";
        });
        Assert.Equal("1", await app.GetAsync("/page"));
        Assert.Equal("2", await app.GetAsync("/page"));
        Assert.Equal("2", await app.GetAsync("/page"));
    }

    [Fact]
    public async Task Work_ThatOutlivesItsRequest_KeepsTheTokenOfItsOwnLookup()
    {
        var (mayGoOn, isDone) = (NewGate(), NewGate());
        await using var app = await StartAsync(pages =>
        {
            _ = Task.Run(async () =>
            {
                await mayGoOn.Task;
                Assert.Null(await pages.GetAsync("part", default));
                await WriteAsync(pages, "part", "new");
                isDone.SetResult();
            });
            return Task.FromResult("page");
        });
        await app.GetAsync("/page");
        await app.Pages.EvictByTagAsync("t", default);
        mayGoOn.SetResult();
        await isDone.Task;
        Assert.Equal("new", await ReadAsync(app.Pages, "part"));
    }

    private static TaskCompletionSource NewGate() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static async Task WriteAsync(IOutputCacheStore pages, string key, string part) =>
        await pages.SetAsync(key, Encoding.UTF8.GetBytes(part), ["t"], _minute, default);

    private static async Task<string?> ReadAsync(IOutputCacheStore pages, string key) =>
        await pages.GetAsync(key, default) is { } part ? Encoding.UTF8.GetString(part) : null;
}
