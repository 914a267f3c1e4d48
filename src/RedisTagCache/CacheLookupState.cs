namespace RedisTagCache;

/// <summary>What a lookup found.</summary>
public enum CacheLookupState
{
    /// <summary>Nothing that may be served.</summary>
    Miss,

    /// <summary>A value within its lifetime.</summary>
    Fresh,

    /// <summary>A value past its lifetime or softly expired, within its stale window: serve it and refresh it.</summary>
    Stale,
}
