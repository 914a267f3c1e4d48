namespace RedisTagCache.Engine;

/// <summary>Where a value stands in its life, and by its marks.</summary>
internal enum Phase
{
    /// <summary>It is given out.</summary>
    Fresh,

    /// <summary>It is given out, and refreshed.</summary>
    Stale,

    /// <summary>It is given out where the factory fails.</summary>
    FailSafe,

    /// <summary>It is not given out.</summary>
    Gone,
}
