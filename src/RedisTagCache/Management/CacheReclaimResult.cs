namespace RedisTagCache.Management;

/// <summary>Reports what was reclaimed so far.</summary>
public sealed record CacheReclaimResult
{
    /// <summary>Gets the number of entries that were checked.</summary>
    public long LookedAt { get; init; }

    /// <summary>Gets the number of entries that were deleted because they were invalidated.</summary>
    public long DroppedInvalidated { get; init; }

    /// <summary>Gets the number of entries that were deleted because they were old entries of another build.</summary>
    public long DroppedOfOtherBuilds { get; init; }

    /// <summary>Gets the number of entries that were not deleted because they had been overwritten or removed in the meantime.</summary>
    public long Superseded { get; init; }

    /// <summary>Gets the size of the deleted values, in bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>Gets an estimate of the completed fraction of the work, from 0 to 1.</summary>
    public double Fraction { get; init; }

    /// <summary>Gets whether nothing was done because another instance is already reclaiming.</summary>
    public bool IsTakenElsewhere { get; init; }
}
