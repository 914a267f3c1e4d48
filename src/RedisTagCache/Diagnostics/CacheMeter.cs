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
    private readonly Counter<long> _messages;
    private readonly Counter<long> _flights;
    private readonly Counter<long> _refreshes;
    private readonly Counter<long> _bypasses;
    private readonly Histogram<double> _durations;
    private readonly Histogram<double> _factories;

    public CacheMeter(IMeterFactory factory)
    {
        _meter = factory.Create(Names.MeterName);
        _lookups = _meter.CreateCounter<long>(Names.LookupsInstrument, "{lookup}", "Look-ups by outcome.");
        _writes = _meter.CreateCounter<long>(Names.WritesInstrument, "{write}", "Writes by outcome.");
        _evictions = _meter.CreateCounter<long>(Names.EvictionsInstrument, "{tag}", "Tags evicted or expired, by outcome.");
        _removals = _meter.CreateCounter<long>(Names.RemovalsInstrument, "{entry}", "Entries removed by key, by outcome.");
        _syncs = _meter.CreateCounter<long>(Names.MirrorSyncsInstrument, "{sync}", "Synchronizations of the copy of the marks.");
        _messages = _meter.CreateCounter<long>(Names.MessagesInstrument, "{message}", "Announcements received.");
        _flights = _meter.CreateCounter<long>(Names.FlightsInstrument, "{call}", "Calls for values that were not there, by how they came by them.");
        _refreshes = _meter.CreateCounter<long>(Names.RefreshesInstrument, "{refresh}", "Values refreshed while they were given out, by outcome.");
        _bypasses = _meter.CreateCounter<long>(Names.BypassesInstrument, "{value}", "Values that were computed and not kept, by reason.");
        _factories = _meter.CreateHistogram(
            Names.FactoryDurationInstrument,
            "s",
            "Time of one run of a factory.",
            tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });
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

    public void Message(string kind, string outcome) =>
        _messages.Add(1, new Tag(Names.KindDimension, kind), new Tag(Names.OutcomeDimension, outcome));

    public void Flight(string role) => _flights.Add(1, new Tag(Names.RoleDimension, role));

    public void Refresh(string outcome) => _refreshes.Add(1, new Tag(Names.OutcomeDimension, outcome));

    public void Bypass(BypassReason reason) => _bypasses.Add(1, new Tag(Names.ReasonDimension, reason switch
    {
        BypassReason.KeyLength => "key_length",
        BypassReason.PayloadSize => "payload_size",
        BypassReason.Serialization => "serialization",
        _ => "factory",
    }));

    public void Factory(string outcome, TimeSpan duration) => _factories.Record(duration.TotalSeconds, new Tag(Names.OutcomeDimension, outcome));

    public void ObserveCopies(Func<long> bytes, Func<int> count)
    {
        _meter.CreateObservableGauge(Names.LocalBytesInstrument, bytes, "By", "Size of this instance's own copies of values.");
        _meter.CreateObservableGauge(Names.LocalEntriesInstrument, count, "{entry}", "This instance's own copies of values.");
    }

    public void ObserveCircuit(Func<int> state) =>
        _meter.CreateObservableGauge(Names.CircuitStateInstrument, state, "{state}", "0 closed, 1 open.");

    public void ObserveMarks(Func<int> count) =>
        _meter.CreateObservableGauge(Names.MirrorMarksInstrument, count, "{tag}", "Evicted tags remembered by this instance.");
}
