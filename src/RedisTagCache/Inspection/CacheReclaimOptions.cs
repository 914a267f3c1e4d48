namespace RedisTagCache.Inspection;

/// <summary>What the reclaimer drops, and at which pace.</summary>
public sealed record CacheReclaimOptions
{
    /// <summary>
    /// When set, entries of builds other than this one (<see cref="RedisTagCacheOptions.BuildNamespace"/>) that were written longer ago than this are dropped too,
    /// live or not. 1 minute or more. Choose it longer than a rolling deploy takes. Default: none are.
    /// </summary>
    public TimeSpan? OtherBuildsOlderThan { get; init; }

    /// <summary>Whether it is only counted what would be dropped. Default <see langword="false"/>.</summary>
    public bool DryRun { get; init; }

    /// <summary>How the server is spared.</summary>
    public CacheScanPace Pace { get; init; } = CacheScanPace.Default;
}
