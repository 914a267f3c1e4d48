using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using ZiggyCreatures.Caching.Fusion;

namespace RedisTagCache.AspNetCore.Tests.Peers;

/// <summary>FusionCache with Microsoft's Redis cache as its second level: as it is, with a backplane, or past its memory.</summary>
internal sealed class FusionPeer : IPeer
{
    private readonly ServiceProvider _services;
    private readonly FusionCache _cache;

    public FusionPeer(string connectionString, bool skipMemory = false, ConnectionMultiplexer? backplane = null)
    {
        var services = new ServiceCollection();
        services.AddStackExchangeRedisCache(options => options.Configuration = connectionString);
        if (backplane is not null)
            services.AddSingleton(_ => backplane);
        _services = services.BuildServiceProvider();
        var settings = new FusionCacheOptions();
        foreach (var entries in new[] { settings.DefaultEntryOptions, settings.TagsDefaultEntryOptions })
        {
            entries.SkipMemoryCacheRead = entries.SkipMemoryCacheWrite = skipMemory;
            entries.AllowBackgroundBackplaneOperations = false; // the strictest: the call returns when the message is sent
        }

        settings.DefaultEntryOptions.Duration = TimeSpan.FromMinutes(5);
        _cache = new FusionCache(settings);
        _cache.SetupDistributedCache(_services.GetRequiredService<IDistributedCache>(), new FusionSerializer());
        if (_services.GetService<ConnectionMultiplexer>() is { } connection)
            _cache.SetupBackplane(new FusionBackplane(connection));
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
