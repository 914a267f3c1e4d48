using Microsoft.Extensions.Diagnostics.HealthChecks;
using RedisTagCache;
using RedisTagCache.DependencyInjection;
using RedisTagCache.DependencyInjection.Configuration;
using RedisTagCache.Health;
using RedisTagCache.Management;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Provides an extension method that adds a health check of the cache.</summary>
public static class RedisTagCacheHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a health check of the cache. It is degraded while Redis does not respond, or while evictions by other instances arrive late: requests are still served.
    /// It fails until the first connection succeeds.
    /// </summary>
    /// <param name="builder">The health checks builder.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="failureStatus">The status that it reports if it fails. The default is <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">The tags to filter health checks by.</param>
    /// <param name="timeout">The timeout of the check. By default, only <see cref="RedisTagCacheOptions.OperationTimeout"/> applies.</param>
    /// <param name="cacheName">The name of the cache. The default is the cache without a name.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> or <paramref name="cacheName"/> is a connection string.</exception>
    public static IHealthChecksBuilder AddRedisTagCache(
        this IHealthChecksBuilder builder, string name = "redistagcache", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null, TimeSpan? timeout = null,
        string? cacheName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ConnectionCheck.CheckHealthCheck(name);
        RegisteredCaches.Of(builder.Services).References.Add((CacheNames.Parse(cacheName), $"The health check '{name}'"));
        return builder.Add(Registration(name, failureStatus, tags, timeout, CacheNames.Parse(cacheName)));
    }

    /// <summary>Returns the health check of a cache.</summary>
    internal static HealthCheckRegistration Registration(string name, HealthStatus? failureStatus, IEnumerable<string>? tags, TimeSpan? timeout, string cacheName) =>
        new(name, services => new CacheHealthCheck(new CacheParts(services, cacheName).Get<ITagCacheStatistics>()), failureStatus, tags, timeout);
}
