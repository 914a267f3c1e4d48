using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace RedisTagCache.DependencyInjection.Configuration;

/// <summary>Takes the connection string of <see cref="RedisTagCacheOptions.ConnectionStringName"/> from the configuration.</summary>
internal sealed class ResolveConnectionString(IServiceProvider services) : IPostConfigureOptions<RedisTagCacheOptions>
{
    public void PostConfigure(string? name, RedisTagCacheOptions options)
    {
        // A name that code has set is in place of a connection that only the configuration has.
        if (options.ConnectionStringName != options.ConfiguredConnection.Name && options.Configuration == options.ConfiguredConnection.Configuration)
            options.Configuration = null;
        if (options is { ConnectionStringName: { Length: > 0 } connection, Configuration: null, ConfigurationOptions: null, ConnectionMultiplexerFactory: null })
            options.Configuration = services.GetService<IConfiguration>()?.GetConnectionString(connection) is { Length: > 0 } found ? found : null;
    }
}
