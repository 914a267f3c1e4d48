namespace RedisTagCache.AspNetCore.OutputCaching;

/// <summary>The part of a <see cref="PageRequest"/> that only a request has that renders its page. Most requests find theirs, and are kept small.</summary>
internal sealed class PageRendering
{
    public string? Leads { get; set; }

    public string? Renews { get; set; }

    public string? Refreshes { get; set; }

    public CacheVersion? Version { get; set; }

    public CacheLease? Lease { get; set; }

    public CacheWriteOutcome? Written { get; set; }

    public bool BeginsWithLookup { get; set; }

    public bool IsLate { get; set; }

    public bool IsAsked { get; set; }
}
