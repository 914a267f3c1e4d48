using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace RedisTagCache.DependencyInjection;

/// <summary>The services of one cache. Those of the unnamed cache have no key, and those of a named cache have its name as their key.</summary>
internal readonly struct CacheParts(IServiceProvider services, string name)
{
    /// <summary>Gets the name of the cache. Empty for the unnamed one.</summary>
    public string Name => name;

    /// <summary>Gets the services that all caches share.</summary>
    public IServiceProvider Shared => services;

    /// <summary>Gets the options of the cache.</summary>
    public RedisTagCacheOptions Options => name.Length == 0 ? services.GetRequiredService<IOptions<RedisTagCacheOptions>>().Value : Get<NamedOptions>().Value;

    /// <summary>Gets a service of this cache.</summary>
    public T Get<T>()
        where T : notnull => name.Length == 0 ? services.GetRequiredService<T>() : services.GetRequiredKeyedService<T>(name);

    /// <summary>Gets a service of this cache, if it is registered.</summary>
    public T? Find<T>()
        where T : class => name.Length == 0 ? services.GetService<T>() : services.GetKeyedService<T>(name);

    /// <summary>Gets a service that all caches share.</summary>
    public T GetShared<T>()
        where T : notnull => services.GetRequiredService<T>();

    /// <summary>Registers a service of a cache, unless it is registered.</summary>
    public static void Add<T>(IServiceCollection services, string name, Func<CacheParts, T> create)
        where T : class
    {
        if (name.Length == 0)
            services.TryAddSingleton(provider => create(new CacheParts(provider, "")));
        else
            services.TryAddKeyedSingleton(name, (provider, key) => create(new CacheParts(provider, (string)key!)));
    }

    /// <summary>Registers the options of a named cache as they are when they are first read. After a reload of the configuration, all parts of the cache still have the same options.</summary>
    public static void AddOptions(IServiceCollection services, string name)
    {
        if (name.Length > 0)
            Add(services, name, static cache => new NamedOptions(cache.GetShared<IOptionsMonitor<RedisTagCacheOptions>>().Get(cache.Name)));
    }

    /// <summary>The options of a named cache.</summary>
    private sealed record NamedOptions(RedisTagCacheOptions Value);
}
