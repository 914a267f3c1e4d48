namespace RedisTagCache.AspNetCore.OutputCaching;

/// <summary>One lookup of a page, open from its beginning until the page was found or written.</summary>
internal sealed class PageLookup(string key)
{
    private int _closed;

    public string Key { get; } = key;

    /// <summary>What a page may carry that is rendered after this lookup; until the lookup has answered, nothing.</summary>
    public CacheVersion Version { get; set; } = CacheVersion.Unknown;

    public bool IsOpen => Volatile.Read(ref _closed) == 0;

    /// <summary>Closes it. Returns true for the caller that closed it first.</summary>
    public bool TryClose() => Interlocked.Exchange(ref _closed, 1) == 0;
}
