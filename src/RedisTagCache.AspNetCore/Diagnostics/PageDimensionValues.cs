namespace RedisTagCache.AspNetCore.Diagnostics;

/// <summary>The documented values of the dimensions of metrics and of the tags of traces that only pages have.</summary>
internal static class PageDimensionValues
{
    public static string Of(PageRefreshOutcome outcome) => outcome switch
    {
        PageRefreshOutcome.Stored => "stored",
        PageRefreshOutcome.Rejected => "rejected",
        PageRefreshOutcome.Skipped => "skipped",
        PageRefreshOutcome.Gone => "gone",
        PageRefreshOutcome.Uncacheable => "uncacheable",
        PageRefreshOutcome.Failed => "failed",
        PageRefreshOutcome.Differs => "differs",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "There is no value for it."),
    };
}

/// <summary>Specifies the outcome of a refresh of a stale page.</summary>
internal enum PageRefreshOutcome
{
    /// <summary>The new page is stored.</summary>
    Stored,

    /// <summary>The new page was not stored, because it may be older than an eviction.</summary>
    Rejected,

    /// <summary>Redis did not confirm the write of the new page.</summary>
    Skipped,

    /// <summary>There is no such page any more. It was removed.</summary>
    Gone,

    /// <summary>The response cannot be stored. The old page stays.</summary>
    Uncacheable,

    /// <summary>The page threw, failed, or took too long.</summary>
    Failed,

    /// <summary>The request led to another page.</summary>
    Differs,
}
