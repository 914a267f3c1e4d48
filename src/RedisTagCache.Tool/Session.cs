using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using RedisTagCache.Management;
using StackExchange.Redis;

namespace RedisTagCache.Tool;

/// <summary>A connection to a cache, for one command.</summary>
internal sealed class Session : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private Session(ToolSettings settings, IConnectionMultiplexer connection)
    {
        Settings = settings;
        Connection = connection;
        var services = new ServiceCollection();
        services.AddRedisTagCache(options =>
        {
            options.ConnectionMultiplexerFactory = () => Task.FromResult(connection);
            options.KeyPrefix = settings.Prefix;
            options.BuildNamespace = Uri.UnescapeDataString(settings.BuildNamespace ?? "redistagcache");
            options.OperationTimeout = settings.Timeout;

            // An eviction trims by the options of the application, which are not known here. With the highest values, it trims nothing.
            options.TagInvalidationRetention = TimeSpan.FromDays(365);
            options.MaxTagInvalidations = 10_000_000;
        });

        // The prefix of the command line was validated. The prefix of a nested cache contains a colon, which the options do not allow.
        if (settings.Prefix.Contains(':', StringComparison.Ordinal))
            services.RemoveAll<IValidateOptions<RedisTagCacheOptions>>();
        _services = services.BuildServiceProvider();
    }

    public ToolSettings Settings { get; }

    public IConnectionMultiplexer Connection { get; }

    public ITagCacheInspector Inspector => _services.GetRequiredService<ITagCacheInspector>();

    public ITagCacheStore Store => _services.GetRequiredService<ITagCacheStore>();

    /// <summary>A search in the build that is meant, or in all.</summary>
    public CacheEntryQuery Query => new() { BuildNamespace = Settings.BuildNamespace, AllBuilds = Settings.BuildNamespace is null };

    /// <summary>Connects to a cache that is there.</summary>
    /// <exception cref="ToolException">There is no connection, or no cache.</exception>
    public static Task<Session> OpenAsync(ParseResult parsed, ToolHost host, CancellationToken cancellationToken) => OpenAsync(ToolSettings.Of(parsed, host), cancellationToken);

    /// <inheritdoc cref="OpenAsync(ParseResult, ToolHost, CancellationToken)"/>
    public static async Task<Session> OpenAsync(ToolSettings settings, CancellationToken cancellationToken)
    {
        var connection = await ConnectAsync(settings, cancellationToken);
        try
        {
            // To look must not leave anything behind: where no cache is, the library would begin one.
            if (!await IsThereAsync(connection, settings, cancellationToken))
            {
                throw new ToolException(
                    ExitCode.Problem,
                    $"There is no cache with the prefix '{settings.Prefix}' at {settings.Where}.",
                    "Check --prefix and the database in the connection string. A cache is created when an application first uses it.");
            }

            return new Session(settings, connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connects to servers, for a cache that may not be there yet.</summary>
    public static async Task<Session> BeginAsync(ToolSettings settings, CancellationToken cancellationToken) =>
        new(settings, await ConnectAsync(settings, cancellationToken));

    private static async Task<ConnectionMultiplexer> ConnectAsync(ToolSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            return await Connecting.ConnectAsync(settings.Connection, settings.Timeout * 2, cancellationToken);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            throw new ToolException(ExitCode.Unreachable, $"Cannot connect to {settings.Where}.", "To find the cause, run redistagcache doctor.");
        }
    }

    private static async Task<bool> IsThereAsync(ConnectionMultiplexer connection, ToolSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.GetDatabase().KeyExistsAsync($"{{{settings.Prefix}:layout}}").WaitAsync(settings.Timeout, cancellationToken);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            throw new ToolException(ExitCode.Unreachable, $"{settings.Where} did not respond like a Redis server.", "To find the cause, run redistagcache doctor.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Connection.DisposeAsync();
    }
}
