using System.Globalization;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests.Failure;

/// <summary>Calls that take very many keys or tags, and evictions that wait for Redis in great number.</summary>
public sealed class ManyAtOnceTests : IAsyncLifetime
{
    private RedisServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task RemoveAsync_VeryManyKeys_LeavesPagesToOthers()
    {
        await using var instance = Instance.Create(_server.ConnectionString, static options => options.OperationTimeout = TimeSpan.FromSeconds(5));
        await instance.Store.WriteAsync("page", "v");
        var cache = instance.Get<HybridCache>();
        await cache.SetAsync("key-7", "v");
        var removing = cache.RemoveAsync(Enumerable.Range(0, 30_000).Select(static i => string.Create(CultureInfo.InvariantCulture, $"key-{i}"))).AsTask();
        var most = 0L;
        while (!removing.IsCompleted)
        {
            Assert.Equal("v", await instance.Store.ReadAsync("page"));
            most = Math.Max(most, Outstanding(instance));
        }

        await removing;
        Assert.Equal("new", await cache.GetOrCreateAsync("key-7", static _ => ValueTask.FromResult("new")));
        Assert.InRange(most, 0, 500);
    }

    [Fact]
    public async Task RemoveAsync_ManyKeysDuringAnOutage_ThrowsAndIsRepeated()
    {
        await using var instance = Instance.Create(_server.ConnectionString, static options => options.OperationTimeout = TimeSpan.FromMilliseconds(500));
        await using var other = Instance.Create(_server.ConnectionString, static options => options.LocalCacheEntries = 0);
        await instance.Get<ITagCache>().SetAsync("key-77", "old");
        _server.Hang();
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await instance.Get<HybridCache>().RemoveAsync(Enumerable.Range(0, 200).Select(static i => "key-" + i)));
        _server.Resume();
        await Eventually.BecomesTrueAsync(async () => !(await other.Get<ITagCache>().TryGetAsync<string>("key-77")).HasValue, "the removal was repeated", TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task EvictByTagAsync_MoreThanAreKeptDuringAnOutage_EvictsEverything()
    {
        await using var instance = Instance.Create(_server.ConnectionString, static options => (options.OperationTimeout, options.Partitions) = (TimeSpan.FromMilliseconds(500), 4));
        await using var other = Instance.Create(_server.ConnectionString, static options => options.Partitions = 4);
        for (var i = 0; i < 20; i++)
            await instance.Store.WriteAsync($"k{i}", "v", "tag-" + (24_000 + i));
        _server.Hang();
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await instance.Store.EvictByTagAsync(Enumerable.Range(0, 25_000).Select(static i => "tag-" + i)));
        _server.Resume();
        await Eventually.BecomesTrueAsync(
            async () => (await Task.WhenAll(Enumerable.Range(0, 20).Select(i => other.Store.ReadAsync($"k{i}")))).All(static value => value is null),
            "nothing evicted is left",
            TimeSpan.FromSeconds(20));
        await Eventually.BecomesTrueAsync(
            async () => await instance.Store.WriteAsync("k0", "new", "tag-0") == CacheWriteOutcome.Stored && await other.Store.ReadAsync("k0") == "new",
            "what is written afterwards is found",
            TimeSpan.FromSeconds(20));
    }

    private static long Outstanding(Instance instance) =>
        instance.Get<RedisTagCache.Connection.RedisConnection>().GetDatabaseAsync().AsTask() is { IsCompletedSuccessfully: true } opened ? ((ConnectionMultiplexer)opened.Result.Multiplexer).GetCounters().TotalOutstanding : 0;
}
