using Microsoft.Extensions.Diagnostics.HealthChecks;
using RedisTagCache.DependencyInjection;
using RedisTagCache.DependencyInjection.Configuration;
using RedisTagCache.Outbox;
using RedisTagCache.Outbox.DependencyInjection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Provides an extension method that adds a health check of the outbox.</summary>
public static class RedisTagCacheOutboxHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a health check of the outbox. It is degraded while the oldest eviction has waited for longer than <see cref="RedisTagCacheOutboxOptions.MaxAge"/>, or if a row was set aside. It fails if the table cannot be read. If the cache is disabled, evictions may wait.
    /// </summary>
    /// <param name="builder">The health checks builder.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="failureStatus">The status that it reports if it fails. The default is <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">The tags to filter health checks by.</param>
    /// <param name="timeout">The timeout of the check. By default, only that of the database applies.</param>
    /// <param name="cacheName">The name of the cache. The default is the cache without a name.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> or <paramref name="cacheName"/> is a connection string.</exception>
    public static IHealthChecksBuilder AddRedisTagCacheOutbox(
        this IHealthChecksBuilder builder, string name = "redistagcache_outbox", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null, TimeSpan? timeout = null,
        string? cacheName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ConnectionCheck.CheckHealthCheck(name);
        var cache = CacheNames.Parse(cacheName);
        return builder.Add(new HealthCheckRegistration(
            name,
            services => OutboxComposition.HealthCheckOf(new CacheParts(services, cache)),
            failureStatus,
            tags,
            timeout));
    }
}
