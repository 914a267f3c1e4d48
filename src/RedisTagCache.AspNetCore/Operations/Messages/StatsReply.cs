using RedisTagCache.Management;

namespace RedisTagCache.AspNetCore.Operations.Messages;

/// <summary>What this instance has counted.</summary>
/// <param name="Instance">Machine and process, to distinguish instances behind one address.</param>
/// <param name="Counts">The counts since the start.</param>
/// <param name="MedianSeconds">Half of the operations on Redis of about the last minute ended within this time.</param>
/// <param name="P99Seconds">99 of 100 did within this.</param>
internal sealed record StatsReply(string Instance, RedisTagCacheSnapshot Counts, TimeSpan? MedianSeconds, TimeSpan? P99Seconds)
{
    private static readonly string _instance = string.Create(null, $"{Environment.MachineName}:{Environment.ProcessId}");

    public static StatsReply Of(RedisTagCacheSnapshot counts) => new(_instance, counts, counts.Latency.Percentile(0.5), counts.Latency.Percentile(0.99));
}
