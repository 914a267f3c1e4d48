namespace RedisTagCache.Store;

/// <summary>What a mark does to older entries of its tag.</summary>
internal enum MarkKind
{
    /// <summary>They are dead.</summary>
    Hard,

    /// <summary>They are stale.</summary>
    Soft,
}
