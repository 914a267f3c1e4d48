using RedisTagCache.Entries;

namespace RedisTagCache.Leases;

/// <summary>Makes the leases within this process.</summary>
internal sealed class InProcessLeasesOf(ValueStore values, LeaseStore leases, TimeProvider time)
{
    /// <summary>Makes those of a region.</summary>
    /// <param name="region">The region, with tags.</param>
    /// <param name="maxBytes">The memory for entries that Redis has not taken.</param>
    public InProcessLeases Of(CacheRegion region, long maxBytes) => new(region, maxBytes, values, leases, time);
}
