using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using ZiggyCreatures.Caching.Fusion;
using ZiggyCreatures.Caching.Fusion.Backplane.StackExchangeRedis;
using ZiggyCreatures.Caching.Fusion.Serialization.SystemTextJson;

namespace RedisTagCache.AspNetCore.Tests.Peers;

/// <summary>FusionCache with Microsoft's Redis cache as its second level: as it is, with its Redis backplane, or past its memory.</summary>
internal sealed class FusionPeer : IPeer
{
    private readonly ServiceProvider _services;
    private readonly FusionCache _cache;

    public FusionPeer(string connectionString, bool skipMemory = false, bool hasBackplane = false)
    {
        var services = new ServiceCollection();
        services.AddStackExchangeRedisCache(options => options.Configuration = connectionString);
        _services = services.BuildServiceProvider();
        var settings = new FusionCacheOptions();
        foreach (var entries in new[] { settings.DefaultEntryOptions, settings.TagsDefaultEntryOptions })
        {
            entries.SkipMemoryCacheRead = entries.SkipMemoryCacheWrite = skipMemory;
            entries.AllowBackgroundBackplaneOperations = false; // the strictest: the call returns when the message is sent
        }

        settings.DefaultEntryOptions.Duration = TimeSpan.FromMinutes(5);
        _cache = new FusionCache(settings);
        _cache.SetupDistributedCache(_services.GetRequiredService<IDistributedCache>(), new FusionCacheSystemTextJsonSerializer());
        if (hasBackplane)
            _cache.SetupBackplane(new RedisBackplane(new RedisBackplaneOptions { Configuration = connectionString }));
    }

    public async ValueTask<string?> ReadAsync(string key) => await _cache.TryGetAsync<string>(key) is { HasValue: true } found ? found.Value : null;

    public async ValueTask GetOrComputeAsync(string key, string tag, Func<Task<string>> compute) =>
        await _cache.GetOrSetAsync<string>(key, (_, _) => compute(), tags: [tag]);

    public ValueTask EvictAsync(string tag) => _cache.RemoveByTagAsync(tag);

    public async ValueTask DisposeAsync()
    {
        _cache.Dispose();
        await _services.DisposeAsync();
    }
}
