namespace RedisTagCache.Inspection;

/// <summary>What a reclaimer has done so far.</summary>
public sealed record CacheReclaimResult
{
    /// <summary>Entries looked at.</summary>
    public long LookedAt { get; init; }

    /// <summary>Entries dropped because they were invalidated.</summary>
    public long DroppedInvalidated { get; init; }

    /// <summary>Entries dropped because they were of another build and old.</summary>
    public long DroppedOfOtherBuilds { get; init; }

    /// <summary>Entries that were to be dropped and stayed, because they were overwritten or gone when the server looked again.</summary>
    public long Superseded { get; init; }

    /// <summary>The bytes of the values dropped.</summary>
    public long Bytes { get; init; }

    /// <summary>How much of the work is done, from 0 to 1; an estimate.</summary>
    public double Fraction { get; init; }

    /// <summary>Whether nothing was done, because another one in the fleet is at it.</summary>
    public bool IsTakenElsewhere { get; init; }
}
