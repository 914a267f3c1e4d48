using System.Net;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.Connection;
using RedisTagCache.DependencyInjection.Configuration;
using StackExchange.Redis;

namespace RedisTagCache.DependencyInjection;

/// <summary>Connects as the options say. What the user set is kept; what was left open is chosen so that trouble with Redis is felt least.</summary>
/// <param name="name">The name of the cache. Empty for the unnamed one.</param>
/// <param name="options">The options of the cache.</param>
/// <param name="pool">The connections that are made here.</param>
/// <param name="services">Has the application's own connections.</param>
internal sealed class RedisConnector(string name, RedisTagCacheOptions options, ConnectionPool pool, IServiceProvider services) : IRedisConnector
{
    private const int MaxDiagnosis = 2_000; // milliseconds

    private bool OwnsConnection => options.ConnectionMultiplexerFactory is null && (options.ConfigurationOptions is not null || options.Configuration is not null);

    public IReadOnlyCollection<EndPoint> Addresses => !OwnsConnection ? [] : (options.ConfigurationOptions ?? ConfigurationOptions.Parse(options.Configuration!)).EndPoints;

    public async Task<IConnectionMultiplexer> ConnectAsync()
    {
        if (DesignTime.IsActive)
            throw new RedisTagCacheUnavailableException("The application was started by a tool at design time, so no connection is opened.");
        if (!options.Enabled)
            throw new RedisTagCacheUnavailableException($"The cache '{CacheNames.Shown(name)}' is disabled, so no connection is opened.");
        if (options.ConnectionMultiplexerFactory is { } factory)
        {
            return await factory().ConfigureAwait(false)
                ?? throw new InvalidOperationException($"{nameof(RedisTagCacheOptions)}.{nameof(options.ConnectionMultiplexerFactory)} returned null.");
        }

        if (!OwnsConnection)
            return (name.Length > 0 ? services.GetKeyedService<IConnectionMultiplexer>(name) : null) ?? services.GetRequiredService<IConnectionMultiplexer>();
        return await pool.RentAsync(PoolKey(), OpenAsync).ConfigureAwait(false);
    }

    public bool Return(IConnectionMultiplexer multiplexer) => OwnsConnection && pool.Return(multiplexer);

    public Task<IConnectionMultiplexer?> ReplaceAsync(IConnectionMultiplexer stuck, Func<IConnectionMultiplexer, Task> ask) =>
        OwnsConnection && !DesignTime.IsActive ? pool.ReplaceAsync(PoolKey(), stuck, OpenAsync, ask) : Task.FromResult<IConnectionMultiplexer?>(null);

    public async Task<Exception?> DiagnoseAsync()
    {
        if (!OwnsConnection || DesignTime.IsActive)
            return null;
        try
        {
            var configuration = await NewConfigurationAsync().ConfigureAwait(false);
            configuration.AbortOnConnectFail = true;
            configuration.ConnectRetry = 0;
            configuration.ConnectTimeout = Math.Min(configuration.ConnectTimeout, MaxDiagnosis);
            var multiplexer = await ConnectionMultiplexer.ConnectAsync(configuration).ConfigureAwait(false);
            await multiplexer.DisposeAsync().ConfigureAwait(false);
            return null;
        }
        catch (RedisConnectionException e)
        {
            return e;
        }
    }

    private async Task<IConnectionMultiplexer> OpenAsync()
    {
        var multiplexer = await ConnectionMultiplexer.ConnectAsync(await NewConfigurationAsync().ConfigureAwait(false)).ConfigureAwait(false);
        multiplexer.AddLibraryNameSuffix("RedisTagCache");
        return multiplexer;
    }

    private async Task<ConfigurationOptions> NewConfigurationAsync()
    {
        var configuration = NewConfiguration();
        if (options.ConfigureConnection is { } configure)
            await configure(configuration).ConfigureAwait(false);
        return configuration;
    }

    private ConfigurationOptions NewConfiguration()
    {
        var configuration = options.ConfigurationOptions?.Clone() ?? ConfigurationOptions.Parse(options.Configuration!);
        Complete(configuration, options.OperationTimeout);
        return configuration;
    }

    /// <summary>Equal for caches that can share a connection. Options that are objects can be compared by reference only.</summary>
    private object PoolKey() => (options.ConfigurationOptions, options.ConfigureConnection, NewConfiguration().ToString(includePassword: true));

    internal static void Complete(ConfigurationOptions configuration, TimeSpan operationTimeout)
    {
        // Its text names what was set, and only that.
        var set = configuration.ToString(includePassword: false);
        if (!IsSet("abortConnect"))
            configuration.AbortOnConnectFail = false; // a server that comes later is connected to later
        if (!IsSet("syncTimeout"))
            configuration.SyncTimeout = (int)operationTimeout.TotalMilliseconds; // synchronous calls can be bounded by the client alone
        if (ReferenceEquals(configuration.BacklogPolicy, BacklogPolicy.Default))
            configuration.BacklogPolicy = BacklogPolicy.FailFast; // a call without a connection is a miss at once
        configuration.IncludeDetailInExceptions = false; // the detail names keys, and exceptions are logged

        bool IsSet(string option) => set.Contains("," + option + "=", StringComparison.OrdinalIgnoreCase);
    }
}
