using RedisTagCache.Store;

namespace RedisTagCache.Engine;

/// <summary>Makes the leases within this process.</summary>
internal sealed class InProcessLeasesOf(ValueStore values, LeaseStore leases, TimeProvider time)
{
    /// <summary>Makes those of a surface.</summary>
    /// <param name="surface">The surface, with tags.</param>
    /// <param name="maxBytes">The memory for entries that Redis has not taken.</param>
    public InProcessLeases Of(CacheSurface surface, long maxBytes) => new(surface, maxBytes, values, leases, time);
}
