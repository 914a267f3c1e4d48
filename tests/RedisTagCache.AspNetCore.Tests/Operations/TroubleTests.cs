using System.Net;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Operations;

/// <summary>The page while Redis is unavailable.</summary>
public sealed class TroubleTests : IAsyncLifetime
{
    private RedisServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("never there")]
    [InlineData("killed")]
    [InlineData("hung")]
    public async Task Page_WithoutRedis_IsThereAndSaysSo(string trouble)
    {
        await using var app = await OperationsApp.StartAsync(_server.ConnectionString, "rtc", cache: options => options.OperationTimeout = TimeSpan.FromMilliseconds(500));
        if (trouble != "never there")
            await app.Services.SetAsync("k", "t");
        if (trouble == "hung")
            _server.Hang();
        else
            _server.Kill();

        Assert.Contains("<title>RedisTagCache</title>", await app.GetAsync("/_cache"), StringComparison.Ordinal);
        Assert.False((await app.AskAsync("/status")).GetProperty("isAnswering").GetBoolean());
        Assert.Equal(trouble == "never there" ? 0 : 1, (await app.AskAsync("/stats")).GetProperty("counts").GetProperty("regions").GetArrayLength());
        foreach (var (path, body) in new (string, object)[] { ("/find", new { tag = "t" }), ("/inspect", new { region = "hybrid", key = "k" }), ("/evict", new { tags = new[] { "t" } }) })
        {
            using var response = await app.PostAsync(path, body);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        }

        using var servers = await app.Client.GetAsync(new Uri("/_cache/servers", UriKind.Relative));
        if (servers.StatusCode != HttpStatusCode.ServiceUnavailable)
            Assert.Contains("\"isAnswering\":false", await servers.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
