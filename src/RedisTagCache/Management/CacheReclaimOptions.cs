namespace RedisTagCache.Management;

/// <summary>Specifies which entries to reclaim, and the pace.</summary>
public sealed record CacheReclaimOptions
{
    /// <summary>
    /// Gets the age from which to delete entries of builds other than this one (<see cref="RedisTagCacheOptions.BuildNamespace"/>) too,
    /// whatever their status. Must be at least 1 minute. Use more than the time of a rolling deployment. By default, such entries are not deleted.
    /// </summary>
    public TimeSpan? OtherBuildsOlderThan { get; init; }

    /// <summary>Gets whether to count the entries without deleting them. The default is <see langword="false"/>.</summary>
    public bool DryRun { get; init; }

    /// <summary>Gets the pace of the scan.</summary>
    public CacheScanPace Pace { get; init; } = CacheScanPace.Default;
}
