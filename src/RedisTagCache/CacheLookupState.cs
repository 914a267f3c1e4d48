namespace RedisTagCache;

/// <summary>Specifies the state of a lookup.</summary>
public enum CacheLookupState
{
    /// <summary>There is no entry that can be served.</summary>
    Miss,

    /// <summary>A value within its lifetime.</summary>
    Fresh,

    /// <summary>A value past its lifetime or expired by tag, within its stale window: serve it and refresh it.</summary>
    Stale,
}
