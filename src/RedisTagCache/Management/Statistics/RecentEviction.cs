namespace RedisTagCache.Management;

/// <summary>Represents an eviction or expiry. Tags can be personal data, so show them only to authorized users. The cache itself writes them to no log and no metric.</summary>
public sealed class RecentEviction
{
    /// <summary>Gets when this instance made it or received its message.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Gets whether the tag was expired, so that its entries are returned stale.</summary>
    public bool IsExpiry { get; init; }

    /// <summary>Gets whether this instance made it.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Gets whether Redis confirmed it. If not, it is retried until Redis does.</summary>
    public bool IsConfirmed { get; init; }

    /// <summary>Gets the number of tags.</summary>
    public int TagCount { get; init; }

    /// <summary>Gets the first ten tags. For evictions by other instances, only tags that are short enough to be announced by name.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    internal RecentEviction Confirmed() => new() { At = At, IsExpiry = IsExpiry, IsOwn = IsOwn, IsConfirmed = true, TagCount = TagCount, Tags = Tags };
}
