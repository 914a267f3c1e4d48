using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Peers;

/// <summary>An implementation of <see cref="HybridCache"/>, with its copies in memory or past them.</summary>
internal sealed class HybridPeer(HybridCache cache, IAsyncDisposable owner, HybridCacheEntryFlags flags) : IPeer
{
    private readonly HybridCacheEntryOptions _options = new() { Expiration = TimeSpan.FromMinutes(5), Flags = flags };
    private readonly HybridCacheEntryOptions _readOnly = new() { Expiration = TimeSpan.FromMinutes(5), Flags = flags | HybridCacheEntryFlags.DisableUnderlyingData };

    public static HybridPeer OfMicrosoft(string connectionString, HybridCacheEntryFlags flags = HybridCacheEntryFlags.None)
    {
        var services = new ServiceCollection();
        services.AddStackExchangeRedisCache(options => options.Configuration = connectionString);
        services.AddHybridCache();
        var provider = services.BuildServiceProvider();
        return new HybridPeer(provider.GetRequiredService<HybridCache>(), provider, flags);
    }

    public static HybridPeer OfThisLibrary(string connectionString)
    {
        var instance = Instance.Create(connectionString);
        return new HybridPeer(instance.Get<HybridCache>(), instance, HybridCacheEntryFlags.None);
    }

    public async ValueTask<string?> ReadAsync(string key) =>
        await cache.GetOrCreateAsync<string?>(key, static _ => throw new InvalidOperationException("Not asked for."), _readOnly);

    public async ValueTask GetOrComputeAsync(string key, string tag, Func<Task<string>> compute) =>
        await cache.GetOrCreateAsync(key, async _ => await compute(), _options, [tag]);

    public ValueTask EvictAsync(string tag) => cache.RemoveByTagAsync(tag);

    public ValueTask DisposeAsync() => owner.DisposeAsync();
}
