using System.Diagnostics.Metrics;
using Names = RedisTagCache.RedisTagCacheDiagnostics;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace RedisTagCache.Diagnostics;

/// <summary>All instruments. No key and no tag is ever a dimension.</summary>
internal sealed class CacheMeter
{
    private readonly Meter _meter;
    private readonly Counter<long> _lookups;
    private readonly Counter<long> _writes;
    private readonly Counter<long> _evictions;
    private readonly Counter<long> _removals;
    private readonly Counter<long> _syncs;
    private readonly Histogram<double> _durations;

    public CacheMeter(IMeterFactory factory)
    {
        _meter = factory.Create(Names.MeterName);
        _lookups = _meter.CreateCounter<long>(Names.LookupsInstrument, "{lookup}", "Look-ups by outcome.");
        _writes = _meter.CreateCounter<long>(Names.WritesInstrument, "{write}", "Writes by outcome.");
        _evictions = _meter.CreateCounter<long>(Names.EvictionsInstrument, "{tag}", "Tags evicted or expired, by outcome.");
        _removals = _meter.CreateCounter<long>(Names.RemovalsInstrument, "{entry}", "Entries removed by key, by outcome.");
        _syncs = _meter.CreateCounter<long>(Names.MirrorSyncsInstrument, "{sync}", "Synchronizations of the copy of the marks.");
        _durations = _meter.CreateHistogram(
            Names.OperationDurationInstrument,
            "s",
            "Time of one operation on Redis.",
            tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] });
    }

    public void Lookup(CacheSurface surface, string outcome) =>
        _lookups.Add(1, new Tag(Names.SurfaceDimension, surface.Name), new Tag(Names.OutcomeDimension, outcome));

    public void Miss(CacheSurface surface, string reason) =>
        _lookups.Add(1, new Tag(Names.SurfaceDimension, surface.Name), new Tag(Names.OutcomeDimension, "miss"), new Tag(Names.ReasonDimension, reason));

    public void Write(CacheSurface surface, string outcome) =>
        _writes.Add(1, new Tag(Names.SurfaceDimension, surface.Name), new Tag(Names.OutcomeDimension, outcome));

    public void Evictions(int tags, string kind, string outcome) =>
        _evictions.Add(tags, new Tag(Names.KindDimension, kind), new Tag(Names.OutcomeDimension, outcome));

    public void Removal(CacheSurface surface, string outcome) =>
        _removals.Add(1, new Tag(Names.SurfaceDimension, surface.Name), new Tag(Names.OutcomeDimension, outcome));

    public void Sync(string kind, string outcome) =>
        _syncs.Add(1, new Tag(Names.KindDimension, kind), new Tag(Names.OutcomeDimension, outcome));

    public void Operation(string operation, string outcome, TimeSpan duration) =>
        _durations.Record(duration.TotalSeconds, new Tag(Names.OperationDimension, operation), new Tag(Names.OutcomeDimension, outcome));

    public void ObserveCircuit(Func<int> state) =>
        _meter.CreateObservableGauge(Names.CircuitStateInstrument, state, "{state}", "0 closed, 1 open.");

    public void ObserveMarks(Func<int> count) =>
        _meter.CreateObservableGauge(Names.MirrorMarksInstrument, count, "{tag}", "Evicted tags remembered by this instance.");
}
