using Microsoft.Extensions.Diagnostics.HealthChecks;
using RedisTagCache;
using RedisTagCache.AspNetCore.Health;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the cache to the application's health checks.</summary>
public static class RedisTagCacheHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check of the cache. Degraded while Redis does not answer, or evictions elsewhere reach this instance late: requests go on all the same.
    /// It fails as long as there never was a connection.
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="failureStatus">What it reports when it fails. Default <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags to select checks by.</param>
    /// <param name="timeout">The longest that it may take. Default none beyond <see cref="RedisTagCacheOptions.OperationTimeout"/>.</param>
    /// <returns>The same health checks.</returns>
    public static IHealthChecksBuilder AddRedisTagCache(
        this IHealthChecksBuilder builder, string name = "redistagcache", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name,
            static services => new CacheHealthCheck(services.GetRequiredService<ITagCacheStatistics>()),
            failureStatus,
            tags,
            timeout));
    }
}
