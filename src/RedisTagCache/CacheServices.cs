using Microsoft.Extensions.Caching.Distributed;

namespace RedisTagCache;

/// <summary>Specifies services of the application that a cache replaces, whatever else is registered for them.</summary>
[Flags]
public enum CacheServices
{
    /// <summary>None. The cache without a name becomes those services that the application has not registered. A named cache becomes none.</summary>
    None = 0,

    /// <summary><see cref="Microsoft.Extensions.Caching.Hybrid.HybridCache"/>.</summary>
    HybridCache = 1,

    /// <summary><see cref="IDistributedCache"/> and <see cref="IBufferDistributedCache"/>, for example for sessions.</summary>
    DistributedCache = 2,
}
