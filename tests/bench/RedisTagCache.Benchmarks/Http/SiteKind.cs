namespace RedisTagCache.Benchmarks.Http;

/// <summary>Where a web application keeps its pages.</summary>
internal enum SiteKind
{
    /// <summary>In ASP.NET's own store, in its memory.</summary>
    Memory,

    /// <summary>In Microsoft's store in Redis.</summary>
    Microsoft,

    /// <summary>In ours, set up as it comes.</summary>
    Ours,

    /// <summary>In ours, without copies in its memory.</summary>
    OursWithoutCopies,
}
