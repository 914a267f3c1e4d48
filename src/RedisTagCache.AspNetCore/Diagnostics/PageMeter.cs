using System.Diagnostics;
using System.Diagnostics.Metrics;
using RedisTagCache.Diagnostics;
using Names = RedisTagCache.AspNetCore.RedisTagOutputCacheDiagnostics;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace RedisTagCache.AspNetCore.Diagnostics;

/// <summary>The instruments of pages.</summary>
internal sealed class PageMeter
{
    private readonly Counter<long> _pages;
    private readonly Histogram<double> _refreshes;
    private readonly Tag _cache;

    /// <summary>Initializes a new instance of the <see cref="PageMeter"/> class.</summary>
    /// <param name="factory">The factory of meters.</param>
    /// <param name="cacheName">The name of the cache that stores the pages, as metrics and traces show it.</param>
    public PageMeter(IMeterFactory factory, string cacheName)
    {
        CacheName = cacheName;
        _cache = new Tag(Names.CacheNameDimension, cacheName);
        var meter = factory.Create(Names.MeterName);
        _pages = meter.CreateCounter<long>(Names.PagesInstrument, "{request}", "Requests for pages that were not there.");
        _refreshes = meter.CreateHistogram<double>(
            Names.RefreshDurationInstrument,
            "s",
            "Refreshes of stale pages behind their visitors.",
            tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });
    }

    /// <summary>Gets the name of the cache that stores the pages.</summary>
    public string CacheName { get; }

    public void Page(CacheEventDetail role) => _pages.Add(1, _cache, new Tag(Names.RoleDimension, DimensionValues.Of(role)));

    public void Refresh(PageRefreshOutcome outcome, TimeSpan duration) =>
        _refreshes.Record(duration.TotalSeconds, _cache, new Tag(Names.OutcomeDimension, PageDimensionValues.Of(outcome)));
}

/// <summary>The activity source of pages.</summary>
internal static class PageActivity
{
    private static readonly ActivitySource _source = new(RedisTagOutputCacheDiagnostics.ActivitySourceName);

    /// <summary>Starts a trace of its own, with a link to the request that started the refresh.</summary>
    public static Activity? Refresh(PageMeter pages, Activity? caller) => _source.StartActivity(
            ActivityKind.Internal, links: caller is null ? null : [new ActivityLink(caller.Context)], name: "page.refresh")
        ?.SetTag(RedisTagOutputCacheDiagnostics.CacheNameDimension, pages.CacheName);

    public static void Outcome(this Activity? activity, PageRefreshOutcome outcome) => activity?
        .SetTag("redistagcache.outcome", PageDimensionValues.Of(outcome))
        .SetStatus(outcome == PageRefreshOutcome.Failed ? ActivityStatusCode.Error : ActivityStatusCode.Unset);
}

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
