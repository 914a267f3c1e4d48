using Microsoft.Extensions.Diagnostics.HealthChecks;
using RedisTagCache.Management;

namespace RedisTagCache.Health;

/// <summary>
/// Healthy; degraded while requests go on with less (a circuit is open, evictions must be compared, messages do not come); failed as long as there never
/// was a connection.
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
            return new HealthCheckResult(context.Registration.FailureStatus, "There was no connection to Redis yet.", data: data);
        return TroubleOf(status) is { } trouble ? HealthCheckResult.Degraded(trouble, data: data) : HealthCheckResult.Healthy(data: data);
    }

    private static string? TroubleOf(RedisTagCacheStatus status) =>
        !status.IsAnswering ? "Redis does not answer; requests go on without it."
        : status.IsCircuitOpen ? "A part of Redis does not answer, or has just come back."
        : status.UntrustedPartitions > 0 ? "The evictions known here are being compared with Redis."
        : status.SilentPartitions > 0 ? "Messages do not come; evictions elsewhere are found once a second."
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
