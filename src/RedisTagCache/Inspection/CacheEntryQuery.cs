namespace RedisTagCache.Inspection;

/// <summary>Which entries are wanted. What is not set does not narrow the search.</summary>
public sealed record CacheEntryQuery
{
    /// <summary>A tag the entries carry, exactly.</summary>
    public string? Tag { get; init; }

    /// <summary>What the keys begin with. Keys stored under their hash are not found by it.</summary>
    public string? KeyPrefix { get; init; }

    /// <summary>The name of the region, such as <c>output</c>.</summary>
    public string? Region { get; init; }

    /// <summary>The build, as it names itself. Default: this one. Entries that all builds share belong to each.</summary>
    public string? BuildNamespace { get; init; }

    /// <summary>Whether entries of all builds are wanted; <see cref="BuildNamespace"/> says nothing then. Default <see langword="false"/>.</summary>
    public bool AllBuilds { get; init; }

    /// <summary>What the entries are worth.</summary>
    public CacheEntryStatus? Status { get; init; }

    /// <summary>How many entries are given at most. Default 100.</summary>
    public int MaxResults { get; init; } = 100;

    /// <summary>How many keys are looked at at most, whether they fit or not. Default 100,000. Redis tells only those of this cache, but walks past all it has.</summary>
    public long MaxKeys { get; init; } = 100_000;

    /// <summary>How the server is spared.</summary>
    public CacheScanPace Pace { get; init; } = CacheScanPace.Default;

    /// <summary>Told after each page how far the search is, and at the end whether it saw everything.</summary>
    public IProgress<CacheScanProgress>? Progress { get; init; }
}
