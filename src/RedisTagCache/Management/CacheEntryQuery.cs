namespace RedisTagCache.Management;

/// <summary>Specifies the entries to find. Properties that are not set do not restrict the search.</summary>
public sealed record CacheEntryQuery
{
    /// <summary>Gets a tag that the entries must have.</summary>
    public string? Tag { get; init; }

    /// <summary>Gets the prefix of the keys. It does not find keys that are stored as a hash.</summary>
    public string? KeyPrefix { get; init; }

    /// <summary>Gets the name of the region, such as <c>output</c>.</summary>
    public string? Region { get; init; }

    /// <summary>Gets the name of the build. The default is this build. Entries that all builds share belong to each.</summary>
    public string? BuildNamespace { get; init; }

    /// <summary>Gets whether to find entries of all builds and ignore <see cref="BuildNamespace"/>. The default is <see langword="false"/>.</summary>
    public bool AllBuilds { get; init; }

    /// <summary>Gets the status of the entries.</summary>
    public CacheEntryStatus? Status { get; init; }

    /// <summary>Gets the maximum number of entries to return. The default is 100.</summary>
    public int MaxResults { get; init; } = 100;

    /// <summary>Gets the maximum number of keys to check, whether they match or not. The default is 100,000. Redis returns only keys of this cache, but scans all keys that it has.</summary>
    public long MaxKeys { get; init; } = 100_000;

    /// <summary>Gets the pace of the scan.</summary>
    public CacheScanPace Pace { get; init; } = CacheScanPace.Default;

    /// <summary>Gets the receiver of the progress after each page and, at the end, of whether all keys were checked.</summary>
    public IProgress<CacheScanProgress>? Progress { get; init; }
}
