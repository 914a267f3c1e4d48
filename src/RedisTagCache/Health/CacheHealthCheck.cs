using Microsoft.Extensions.Diagnostics.HealthChecks;
using RedisTagCache.Management;

namespace RedisTagCache.Health;

/// <summary>
/// Reports whether the cache works. It is degraded while a circuit is open, evictions are compared, or messages do not arrive. It has the failure status until the first connection to
/// Redis.
/// </summary>
internal sealed class CacheHealthCheck(ITagCacheStatistics statistics) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var status = await statistics.CheckAsync(cancellationToken).ConfigureAwait(false);
        var data = DataOf(status);
        if (!status.IsEnabled)
            return HealthCheckResult.Healthy("The cache is disabled.", data);
        if (!status.HasConnected)
            return new HealthCheckResult(context.Registration.FailureStatus, "There has been no connection to Redis yet. Lookups miss and writes are skipped.", data: data);
        return ProblemOf(status) is { } problem ? HealthCheckResult.Degraded(problem, data: data) : HealthCheckResult.Healthy(data: data);
    }

    private static string? ProblemOf(RedisTagCacheStatus status) =>
        !status.IsAnswering ? "Redis is not responding. Lookups miss and writes are skipped until Redis responds."
        : status.IsCircuitOpen ? "A part of Redis is not responding, or has just become available again."
        : status.UntrustedPartitions > 0 ? "The evictions that this instance knows are being compared with Redis."
        : status.SilentPartitions > 0 ? "No messages arrive from Redis. Evictions by other instances are found by polling, once a second."
        : null;

    private static Dictionary<string, object> DataOf(RedisTagCacheStatus status)
    {
        var data = new Dictionary<string, object>
        {
            ["circuit_open"] = status.IsCircuitOpen,
            ["untrusted_partitions"] = status.UntrustedPartitions,
            ["silent_partitions"] = status.SilentPartitions,
            ["build_namespace"] = status.BuildNamespace,
            ["build_namespace_source"] = status.BuildNamespaceSource,
        };
        Add("round_trip_ms", status.RoundTrip?.TotalMilliseconds);
        Add("partitions", status.Partitions);
        Add("server_kind", status.ServerKind);
        Add("server_version", status.ServerVersion);
        Add("last_failure", status.LastFailure);
        Add("last_failure_at", status.LastFailureAt);
        return data;

        void Add(string name, object? value)
        {
            if (value is not null)
                data[name] = value;
        }
    }
}
