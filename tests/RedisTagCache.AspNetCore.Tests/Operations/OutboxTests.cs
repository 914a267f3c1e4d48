using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.AspNetCore.Tests.Diagnostics;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Operations;

/// <summary>The outbox on the operations page.</summary>
public sealed class OutboxTests(RedisFixture redis, Chromium chromium) : IClassFixture<RedisFixture>, IClassFixture<Chromium>
{
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private readonly List<string> _complaints = [];

    [Fact]
    public async Task Outbox_WithRowsThatWait_IsShown()
    {
        await using var database = await OutboxFile.CreateAsync();
        await using var app = await StartAsync(database);
        await database.RunAsync("INSERT INTO redistagcache_outbox (cache, action, tags, error) VALUES ('default', 0, '[]', 'a reason')");
        await database.RunAsync("INSERT INTO redistagcache_outbox (cache, action, tags, pending_since, due_at) VALUES ('default', 0, '[]', 0, 9000000000000)");
        var reply = await app.AskAsync("/outbox");
        Assert.Equal(1, reply.GetProperty("pending").GetInt32());
        Assert.Equal(1, reply.GetProperty("setAside").GetInt32());
        Assert.True(reply.GetProperty("isLate").GetBoolean());
        Assert.True(reply.GetProperty("oldestAgeSeconds").GetDouble() > 60);

        await using var page = await chromium.OpenAsync(new Uri(app.Client.BaseAddress!, "/_cache"), _complaints);
        await page.WaitForFunctionAsync("() => document.querySelectorAll('#outbox-rows .invalidated').length === 2");
        var shown = await page.EvaluateExpressionAsync<string>("document.getElementById('outbox').innerText");
        Assert.Contains("1, because a tag was rejected", shown, StringComparison.Ordinal);
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task Outbox_WhoseTableIsGone_SaysSo()
    {
        await using var database = await OutboxFile.CreateAsync();
        await using var app = await StartAsync(database);
        await database.RunAsync("DROP TABLE redistagcache_outbox");
        using var response = await app.Client.GetAsync(new Uri("/_cache/outbox", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("The outbox table cannot be read, so evictions wait.", problem.RootElement.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Page_OfACacheWithoutOutbox_HasNone()
    {
        await using var app = await OperationsApp.StartAsync(redis.ConnectionString, _prefix);
        Assert.Contains("aria-labelledby=\"outbox-title\" hidden>", await app.GetAsync("/_cache"), StringComparison.Ordinal);
        using var response = await app.Client.GetAsync(new Uri("/_cache/outbox", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private Task<PageApp> StartAsync(OutboxFile database) =>
        OperationsApp.StartAsync(redis.ConnectionString, _prefix, services: services => services.AddRedisTagCacheOutbox(options => options.DataSource = database.Source));
}
