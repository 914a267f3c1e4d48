namespace RedisTagCache.Engine;

/// <summary>Where a value stands in its life, and by its tag invalidations.</summary>
internal enum Phase
{
    /// <summary>It is returned.</summary>
    Fresh,

    /// <summary>It is returned and refreshed.</summary>
    Stale,

    /// <summary>It is returned if the factory fails.</summary>
    FailSafe,

    /// <summary>It is not returned.</summary>
    Gone,
}
