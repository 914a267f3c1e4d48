namespace RedisTagCache.Management;

/// <summary>Describes a partition: the keys that share a hash tag, an epoch and a set of tag invalidations.</summary>
public sealed record CachePartitionInfo
{
    /// <summary>Gets the number of the partition.</summary>
    public int Number { get; init; }

    /// <summary>Gets the prefix of its keys, such as <c>{rtc:0}</c>.</summary>
    public string HashTag { get; init; } = "";

    /// <summary>Gets the version of the newest tag invalidation, or <see langword="null"/> if Redis has no history, for example before the first use.</summary>
    public long? Epoch { get; init; }

    /// <summary>Gets the ID of the history. If it changes, the history was lost in between.</summary>
    public string? Generation { get; init; }

    /// <summary>Gets the number of evicted and expired tags that are remembered by name.</summary>
    public long TagInvalidations { get; init; }

    /// <summary>Gets the low watermark. Entries with an older version are invalidated.</summary>
    public long? Floor { get; init; }

    /// <summary>Gets how long ago the low watermark was reached, by the clock of the server.</summary>
    public TimeSpan? FloorAge { get; init; }
}
