using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace RedisTagCache.DependencyInjection.Configuration;

/// <summary>The names of connection strings that an application gave with its caches, as in <c>builder.AddRedisTagCache("cache")</c>.</summary>
internal sealed class ConnectionNames
{
    /// <summary>What to say of a connection string in place of its name.</summary>
    public const string LooksWrong = $"The argument 'connectionName' must be the name of a connection string in the configuration section 'ConnectionStrings', {ConnectionCheck.InPlaceOfName}. "
        + "Set RedisTagCacheSettings.ConnectionString to a connection string.";

    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>Gets the names of a service collection.</summary>
    public static ConnectionNames Of(IServiceCollection services)
    {
        if (services.LastOrDefault(static service => !service.IsKeyedService && service.ServiceType == typeof(ConnectionNames))?.ImplementationInstance is ConnectionNames known)
            return known;
        var names = new ConnectionNames();
        services.AddSingleton(names);
        return names;
    }

    /// <summary>Gives a cache the name of its connection string.</summary>
    /// <returns>The name that the cache had before, if it is another. It is kept.</returns>
    public string? Add(string cache, string connection) =>
        _names.TryAdd(cache, connection) || _names[cache] == connection ? null : _names[cache];

    /// <summary>A connection string of the name wins over the section, and the section over nothing.</summary>
    public void Apply(string cache, IConfiguration? configuration, RedisTagCacheOptions options)
    {
        if (!_names.TryGetValue(cache, out var connection))
            return;
        if (configuration?.GetConnectionString(connection) is { Length: > 0 })
            (options.Configuration, options.ConnectionStringName) = (null, connection);
        else if (options.Configuration is null)
            options.ConnectionStringName ??= connection;
    }

    /// <summary>Gets what to say if a connection string is missing, for a cache that was given its name.</summary>
    public string? ErrorOf(string cache, string connection)
    {
        if (_names.GetValueOrDefault(cache) != connection)
            return null;
        if (ConnectionCheck.IsLikely(connection))
            return $"The cache '{CacheNames.Shown(cache)}' has no connection string. {LooksWrong}";
        var section = ConfigureFromConfiguration.Section + (cache.Length > 0 ? $":{ConfigureFromConfiguration.Caches}:{cache}" : "");
        return $"The cache '{CacheNames.Shown(cache)}' has no connection string. Set 'ConnectionStrings:{connection}' or '{section}:{nameof(RedisTagCacheOptions.Configuration)}'. "
            + $"In an Aspire app host, call WithReference with the Redis resource '{connection}'.";
    }
}
