namespace RedisTagCache.Management;

/// <summary>Reports the progress of a search.</summary>
public readonly record struct CacheScanProgress
{
    /// <summary>Gets the number of keys that were checked.</summary>
    public long Keys { get; init; }

    /// <summary>Gets the number of entries that were returned.</summary>
    public int Found { get; init; }

    /// <summary>Gets whether all keys were checked. It stays <see langword="false"/> if a limit ended the search.</summary>
    public bool IsComplete { get; init; }
}
