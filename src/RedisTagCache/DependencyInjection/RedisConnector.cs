using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RedisTagCache.Connection;
using StackExchange.Redis;

namespace RedisTagCache.DependencyInjection;

/// <summary>Connects as the options say. What the user set is kept; what was left open is chosen so that trouble with Redis is felt least.</summary>
internal sealed class RedisConnector(IOptions<RedisTagCacheOptions> options, IServiceProvider services) : IRedisConnector
{
    private const int MaxDiagnosis = 2_000; // milliseconds

    private readonly RedisTagCacheOptions _options = options.Value;

    public bool OwnsConnection => _options.ConnectionMultiplexerFactory is null && (_options.ConfigurationOptions is not null || _options.Configuration is not null);

    public IReadOnlyCollection<EndPoint> Addresses => !OwnsConnection ? [] : (_options.ConfigurationOptions ?? ConfigurationOptions.Parse(_options.Configuration!)).EndPoints;

    public async Task<IConnectionMultiplexer> ConnectAsync()
    {
        if (DesignTime.IsActive)
            throw new RedisTagCacheUnavailableException("The application was started by a tool at design time, so no connection is opened.");
        if (_options.ConnectionMultiplexerFactory is { } factory)
        {
            return await factory().ConfigureAwait(false)
                ?? throw new InvalidOperationException($"{nameof(RedisTagCacheOptions)}.{nameof(_options.ConnectionMultiplexerFactory)} returned null.");
        }

        if (!OwnsConnection)
            return services.GetRequiredService<IConnectionMultiplexer>();

        var configuration = NewConfiguration();
        var multiplexer = await ConnectionMultiplexer.ConnectAsync(configuration).ConfigureAwait(false);
        multiplexer.AddLibraryNameSuffix("RedisTagCache");
        return multiplexer;
    }

    public async Task<Exception?> DiagnoseAsync()
    {
        if (!OwnsConnection || DesignTime.IsActive)
            return null;
        var configuration = NewConfiguration();
        configuration.AbortOnConnectFail = true;
        configuration.ConnectRetry = 0;
        configuration.ConnectTimeout = Math.Min(configuration.ConnectTimeout, MaxDiagnosis);
        try
        {
            var multiplexer = await ConnectionMultiplexer.ConnectAsync(configuration).ConfigureAwait(false);
            await multiplexer.DisposeAsync().ConfigureAwait(false);
            return null;
        }
        catch (RedisConnectionException e)
        {
            return e;
        }
    }

    private ConfigurationOptions NewConfiguration()
    {
        var configuration = _options.ConfigurationOptions?.Clone() ?? ConfigurationOptions.Parse(_options.Configuration!);
        Complete(configuration, _options.OperationTimeout);
        return configuration;
    }

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
