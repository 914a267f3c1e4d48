using RedisTagCache.TestSupport;

namespace RedisTagCache.Testing.Tests;

/// <summary>Two hosts that share a server are a fleet. Hosts with servers of their own are not.</summary>
public sealed class SharedServerTests : IAsyncDisposable
{
    private readonly InMemoryRedis _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Eviction_OnOneHost_ReachesTheOther()
    {
        await using var a = await TestApp.StartAsync(_server);
        await using var b = await TestApp.StartAsync(_server);
        Assert.Equal("1: 1", await a.GetAsync("/pages/1"));
        Assert.Equal("2: 2", await a.GetAsync("/pages/2"));
        Assert.Equal("1: 1", await b.GetAsync("/pages/1"));
        await a.Pages.EvictByTagAsync("page:1", TestContext.Current.CancellationToken);
        Assert.Equal("1: 1", await b.GetAsync("/pages/1"));
        Assert.Equal(1, b.Rendered);
        Assert.Equal("2: 2", await b.GetAsync("/pages/2"));
    }

    [Fact]
    public async Task Eviction_OfALocalCopy_ReachesTheOther()
    {
        await using var a = await TestApp.StartAsync(_server);
        await using var b = await TestApp.StartAsync(_server);
        var computed = 0;
        Assert.Equal(1, await GetAsync(a));
        Assert.Equal(1, await GetAsync(b));
        await a.Values.EvictByTagAsync("t");
        await Eventually.BecomesTrueAsync(async () => await GetAsync(b) == 2, "the message arrived");

        async Task<int> GetAsync(TestApp app) => await app.Values.GetOrCreateAsync("k", (_, _) => ValueTask.FromResult(Interlocked.Increment(ref computed)), tags: ["t"]);
    }

    [Fact]
    public async Task Factory_OfTwoHosts_RunsOnce()
    {
        await using var a = await TestApp.StartAsync(_server);
        await using var b = await TestApp.StartAsync(_server);
        var computed = 0;
        var values = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? a : b).Values.GetOrCreateAsync(
            "k", async (_, stop) =>
            {
                await Task.Yield();
                return Interlocked.Increment(ref computed);
            }).AsTask()));
        Assert.All(values, static value => Assert.Equal(1, value));
    }

    [Fact]
    public async Task Hosts_OfOtherServers_AreIsolated() => await Task.WhenAll(Enumerable.Range(0, 4).Select(static async i =>
    {
        await using var server = new InMemoryRedis();
        await using var app = await TestApp.StartAsync(server);
        for (var round = 1; round <= 5; round++)
        {
            Assert.Equal($"1: {round}", await app.GetAsync("/pages/1"));
            Assert.Equal($"1: {round}", await app.GetAsync("/pages/1"));
            await app.Pages.EvictByTagAsync("page:1", CancellationToken.None);
        }

        Assert.Equal(5, server.Evictions.Count);
    }));
}
