namespace RedisTagCache.History.Checking;

/// <summary>Whose leases a fault may cost, or keep from being asked for.</summary>
internal enum LeasesLost
{
    None,

    /// <summary>Those of the worker that it was done to.</summary>
    Own,

    All,
}
