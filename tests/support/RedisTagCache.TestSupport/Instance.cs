using Microsoft.Extensions.DependencyInjection;

namespace RedisTagCache.TestSupport;

/// <summary>One instance of a fleet: a container and a connection of its own.</summary>
public sealed class Instance : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private Instance(ServiceProvider services) => _services = services;

    public IServiceProvider Services => _services;

    public ITagCacheStore Store => _services.GetRequiredService<ITagCacheStore>();

    public static Instance Create(string connectionString, Action<RedisTagCacheOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        var collection = new ServiceCollection();
        collection.AddRedisTagCache(options =>
        {
            options.Configuration = connectionString;
            options.BuildNamespace = "test";
            SharedServers.Apply(options, connectionString);
            configure?.Invoke(options);

            // Most tests look at Redis right after a call. Those of values that are still on their way say so.
            var policy = options.Profiles.TryGetValue("default", out var given) ? given : new CachePolicy();
            options.Profiles["default"] = policy with { WaitForWrite = policy.WaitForWrite ?? true };
        });
        services?.Invoke(collection);
        return new Instance(collection.BuildServiceProvider());
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
