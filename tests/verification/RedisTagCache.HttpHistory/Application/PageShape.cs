namespace RedisTagCache.HttpHistory.Application;

/// <summary>How the address of a page names what the page shows.</summary>
internal enum PageShape
{
    /// <summary>A string, as in <c>/p0/hello</c>.</summary>
    Slug,

    /// <summary>An integer, as in <c>/p0/7</c>.</summary>
    Number,

    /// <summary>A string and an integer, as in <c>/p0/sport/7</c>.</summary>
    Nested,

    /// <summary>A string that only a fallback endpoint takes, which rewrites the path while it renders.</summary>
    Fallback,

    /// <summary>An integer, asked for with POST, which a policy of the application caches.</summary>
    Post,
}
