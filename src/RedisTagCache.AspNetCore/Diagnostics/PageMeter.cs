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
