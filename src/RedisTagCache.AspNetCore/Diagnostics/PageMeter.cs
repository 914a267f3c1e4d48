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

    public PageMeter(IMeterFactory factory)
    {
        var meter = factory.Create(Names.MeterName);
        _pages = meter.CreateCounter<long>(Names.PagesInstrument, "{request}", "Requests for pages that were not there.");
        _refreshes = meter.CreateHistogram<double>(
            Names.RefreshDurationInstrument,
            "s",
            "Refreshes of stale pages behind their visitors.",
            tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });
    }

    public void Page(CacheEventDetail role) => _pages.Add(1, new Tag(Names.RoleDimension, DimensionValues.Of(role)));

    public void Refresh(PageRefreshOutcome outcome, TimeSpan duration) =>
        _refreshes.Record(duration.TotalSeconds, new Tag(Names.OutcomeDimension, PageDimensionValues.Of(outcome)));
}
