using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace RedisTagCache.Outbox.Health;

/// <summary>Degraded while evictions of an enabled cache wait for too long, or if a row was set aside; failed if the table cannot be read.</summary>
internal sealed class OutboxHealthCheck(ITagCacheOutbox outbox, bool isEnabled, TimeSpan maxAge) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        OutboxStatus status;
        try
        {
            status = await outbox.GetStatusAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "The outbox table cannot be read, so evictions wait.", e);
        }

        var data = new Dictionary<string, object>
        {
            ["pending"] = status.Pending,
            ["oldest_age_seconds"] = status.OldestAge.TotalSeconds,
            ["set_aside"] = status.SetAside,
        };
        if (!isEnabled)
            return HealthCheckResult.Healthy("The cache is disabled, so its evictions wait in the table until it is enabled.", data);
        return status.OldestAge > maxAge
            ? HealthCheckResult.Degraded(string.Create(CultureInfo.InvariantCulture, $"The oldest of {status.Pending} evictions has waited for {status.OldestAge.TotalSeconds:F0} s; at most {maxAge.TotalSeconds:F0} s are expected."), data: data)
            : status.SetAside > 0
                ? HealthCheckResult.Degraded(string.Create(CultureInfo.InvariantCulture, $"{status.SetAside} rows of the outbox were set aside, because a tag was rejected."), data: data)
                : HealthCheckResult.Healthy(data: data);
    }
}
