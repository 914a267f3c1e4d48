using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache;
using RedisTagCache.DependencyInjection.Configuration;
using RedisTagCache.Hosting;

namespace Microsoft.Extensions.Hosting;

/// <summary>Provides extension methods that add caches with their connection strings, health checks, metrics and traces.</summary>
public static class RedisTagCacheHostApplicationBuilderExtensions
{
    /// <summary>
    /// Adds the cache without a name, as <see cref="RedisTagCacheServiceCollectionExtensions.AddRedisTagCache(IServiceCollection, Action{RedisTagCacheOptions}?, CacheServices)"/> does, and its health check, metrics
    /// and traces. The method can be called several times with the same name, and the options add up.
    /// </summary>
    /// <param name="builder">The builder of the host.</param>
    /// <param name="connectionName">
    /// The name of a connection string in the configuration section <c>ConnectionStrings</c>. It overrides the connection in the section <c>RedisTagCache</c>, which is used if there is no such connection string.
    /// </param>
    /// <param name="configureSettings">Changes settings, which override the configuration section <c>RedisTagCache</c>.</param>
    /// <param name="configureOptions">Sets options, which override the configuration section <c>RedisTagCache</c> and the connection string.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="InvalidOperationException">The cache was added with the name of another connection string, or a setting in the configuration is not valid.</exception>
    public static IHostApplicationBuilder AddRedisTagCache(
        this IHostApplicationBuilder builder, string connectionName, Action<RedisTagCacheSettings>? configureSettings = null, Action<RedisTagCacheOptions>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionName);
        if (ConnectionNames.Of(builder.Services).Add("", connectionName) is { } other)
        {
            throw new InvalidOperationException(ConnectionCheck.IsLikely(other) || ConnectionCheck.IsLikely(connectionName)
                ? $"The cache without a name was added with the names of two connection strings. {ConnectionNames.LooksWrong}"
                : $"The cache without a name was added with the connection string '{other}', and now with '{connectionName}'. Call AddKeyedRedisTagCache(\"{connectionName}\") to add a further cache.");
        }

        var settings = SettingsOf(builder, "", connectionName, configureSettings, out var connection);
        if (connection is not null)
            builder.Services.AddRedisTagCache(options => options.Configuration = connection);
        builder.Services.AddRedisTagCache(configureOptions);
        HostedTelemetry.Of(builder.Services).Add("", settings);
        return builder;
    }

    /// <summary>
    /// Adds a named cache, as <see cref="RedisTagCacheServiceCollectionExtensions.AddRedisTagCache(IServiceCollection, string, Action{RedisTagCacheOptions}?, CacheServices)"/> does, and its health check, metrics and
    /// traces. Its services have the name as their key. The method can be called several times, and the options add up.
    /// </summary>
    /// <param name="builder">The builder of the host.</param>
    /// <param name="name">
    /// The name of the cache, and of a connection string in the configuration section <c>ConnectionStrings</c>. It overrides the connection in the sections of the cache, which is used if there is no such connection string.
    /// The name must be 1 to 32 ASCII letters, digits, <c>-</c>, <c>_</c> or <c>.</c>, and not <c>default</c>.
    /// </param>
    /// <param name="configureSettings">Changes settings, which override the configuration sections <c>RedisTagCache:Caches:</c><paramref name="name"/> and <c>RedisTagCache</c>.</param>
    /// <param name="configureOptions">Sets options, which override the same sections and the connection string.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is not valid.</exception>
    /// <exception cref="InvalidOperationException">A setting in the configuration is not valid.</exception>
    public static IHostApplicationBuilder AddKeyedRedisTagCache(
        this IHostApplicationBuilder builder, string name, Action<RedisTagCacheSettings>? configureSettings = null, Action<RedisTagCacheOptions>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        CacheNames.Check(name);
        _ = ConnectionNames.Of(builder.Services).Add(name, name);
        var settings = SettingsOf(builder, name, name, configureSettings, out var connection);
        if (connection is not null)
            builder.Services.AddRedisTagCache(name, options => options.Configuration = connection);
        builder.Services.AddRedisTagCache(name, configureOptions);
        HostedTelemetry.Of(builder.Services).Add(name, settings);
        return builder;
    }

    /// <summary>Reads the settings of a cache.</summary>
    /// <param name="builder">The builder of the host.</param>
    /// <param name="name">The name of the cache. Empty for the unnamed one.</param>
    /// <param name="connectionName">The name of its connection string.</param>
    /// <param name="configure">Changes them.</param>
    /// <param name="connection">The connection string that code has set. Nothing if it has set none, because the configuration may still change.</param>
    private static RedisTagCacheSettings SettingsOf(IHostApplicationBuilder builder, string name, string connectionName, Action<RedisTagCacheSettings>? configure, out string? connection)
    {
        var configured = builder.Configuration.GetConnectionString(connectionName) is { Length: > 0 } found ? found : null;
        var settings = new RedisTagCacheSettings { ConnectionString = configured };
        var section = builder.Configuration.GetSection(ConfigureFromConfiguration.Section);
        Read(section);
        if (name.Length > 0)
            Read(ConfigureFromConfiguration.SectionOf(section, name));
        configure?.Invoke(settings);
        connection = settings.ConnectionString == configured ? null : settings.ConnectionString;
        return settings;

        void Read(IConfigurationSection from)
        {
            settings.DisableHealthChecks = from.GetValue(nameof(settings.DisableHealthChecks), settings.DisableHealthChecks);
            settings.DisableMetrics = from.GetValue(nameof(settings.DisableMetrics), settings.DisableMetrics);
            settings.DisableTracing = from.GetValue(nameof(settings.DisableTracing), settings.DisableTracing);
        }
    }
}
