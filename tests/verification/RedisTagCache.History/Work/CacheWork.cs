using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.History.Recording;

namespace RedisTagCache.History.Work;

/// <summary>What a process does with one of its caches, through all of its interfaces.</summary>
internal sealed class CacheWork(IServiceProvider services, string? name, Database database, Recorder recorder, Broken broken)
{
    public Pages Pages { get; } = new(services.GetRequiredKeyedService<ITagCacheStore>(name), database, recorder, broken);

    public Values Values { get; } = new(services.GetRequiredKeyedService<ITagCache>(name), services.GetRequiredKeyedService<HybridCache>(name), database, recorder, broken);

    public Bytes Bytes { get; } = new(services.GetRequiredKeyedService<IDistributedCache>(name), database, recorder, broken);

    /// <summary>The cache that is told of tags.</summary>
    public ITagCache Cache { get; } = services.GetRequiredKeyedService<ITagCache>(name);

    public Task ReadAsync(int key) => Plan.UseOf(key) switch
    {
        KeyUse.Page => Pages.ReadAsync(key),
        KeyUse.Bytes => Bytes.ReadAsync(key),
        _ => Values.ReadAsync(key),
    };
}
