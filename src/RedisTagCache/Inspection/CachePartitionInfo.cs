namespace RedisTagCache.Inspection;

/// <summary>One partition: the keys that share one hash tag, one epoch and one set of tag invalidations.</summary>
public sealed record CachePartitionInfo
{
    /// <summary>Its number.</summary>
    public int Number { get; init; }

    /// <summary>What its keys begin with, such as <c>{rtc:0}</c>.</summary>
    public required string HashTag { get; init; }

    /// <summary>The count of evictions; none when Redis has no history, as before the first use.</summary>
    public long? Epoch { get; init; }

    /// <summary>The nonce of the history; another one means that history was lost in between.</summary>
    public string? Generation { get; init; }

    /// <summary>Gets the number of evicted and expired tags that are remembered by name.</summary>
    public long TagInvalidations { get; init; }

    /// <summary>Entries from before this epoch are invalidated.</summary>
    public long? Floor { get; init; }

    /// <summary>How long ago the floor was reached, by the server's clock.</summary>
    public TimeSpan? FloorAge { get; init; }
}
