namespace RedisTagCache;

/// <summary>One eviction or expiry. Tags may be personal data: show them only to those who may see them; the cache itself writes them into no log and no metric.</summary>
public sealed class RecentEviction
{
    /// <summary>When this instance made it, or heard of it.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets whether the tag was expired, so that its entries are returned stale.</summary>
    public required bool IsExpiry { get; init; }

    /// <summary>Whether this instance made it, rather than heard of it.</summary>
    public required bool IsOwn { get; init; }

    /// <summary>Gets whether Redis confirmed it. If not, it is retried.</summary>
    public required bool IsConfirmed { get; init; }

    /// <summary>How many tags.</summary>
    public required int TagCount { get; init; }

    /// <summary>The first ten tags; of others, those whose names are short enough to be announced by name.</summary>
    public required IReadOnlyList<string> Tags { get; init; }
}
