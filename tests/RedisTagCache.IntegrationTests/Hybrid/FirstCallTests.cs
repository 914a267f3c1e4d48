using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.TestSupport;
using static Microsoft.Extensions.Caching.Hybrid.HybridCacheEntryFlags;
using static RedisTagCache.IntegrationTests.Hybrid.HybridCacheExtensions;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>The first calls of an instance, which come before it has connected.</summary>
public sealed class FirstCallTests
{
    private static readonly HybridCacheEntryFlags[] _combinations = [.. Enumerable.Range(0, 16).Select(i => (HybridCacheEntryFlags)i)];

    [Fact]
    public async Task GetOrCreateAsync_BeforeTheFirstConnection_RunsTheFactoryOnce()
    {
        await using var server = await RedisServer.StartAsync();
        foreach (var flags in _combinations)
        {
            var joined = 0;
            await using var instance = Instance.Create(server.ConnectionString, options =>
            {
                options.KeyPrefix = "held" + (int)flags;
                options.OperationTimeout = SharedServers.OperationTimeout;
                options.OnEvent = happened => Interlocked.Add(ref joined, happened is { Kind: CacheEventKind.FactoryCall, Detail: CacheEventDetail.Coalesced } ? 1 : 0);
            });
            var cache = instance.Get<HybridCache>();
            var source = Source.HeldVersions();
            server.Hang(); // until both have come
            var calls = Enumerable.Range(0, 2).Select(_ => cache.GetOrCreateAsync("k", source.ReadAsync, With(flags)).AsTask()).ToArray();
            await Eventually.BecomesTrueAsync(() => Volatile.Read(ref joined) == 1, $"both have come, with {flags}");
            server.Resume();
            source.Release();
            Assert.All(await Task.WhenAll(calls), value => Assert.True(value == "v1", $"{value} with {flags}"));
            Assert.Equal(1, source.Runs);
        }
    }

    /// <summary>Nothing but the connection makes them wait: they are concurrent all the same.</summary>
    [Fact]
    public async Task GetOrCreateAsync_BeforeTheFirstConnectionWithAQuickFactory_RunsTheFactoryOnce()
    {
        await using var server = await RedisServer.StartAsync();
        foreach (var flags in _combinations)
        {
            await using var instance = Instance.Create(server.ConnectionString, options =>
            {
                options.KeyPrefix = "quick" + (int)flags;
                options.OperationTimeout = SharedServers.OperationTimeout;
            });
            var cache = instance.Get<HybridCache>();
            var source = Source.Versions();
            server.Hang(); // until all have come
            var calls = Enumerable.Range(0, 5).Select(_ => cache.GetOrCreateAsync("k", source.ReadAsync, With(flags)).AsTask()).ToArray();
            server.Resume();
            Assert.All(await Task.WhenAll(calls), value => Assert.True(value == "v1", $"{value} with {flags}"));
            Assert.Equal(1, source.Runs);
        }
    }
}
