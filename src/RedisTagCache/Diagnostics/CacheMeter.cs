using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using RedisTagCache.Diagnostics.Counters;
using Names = RedisTagCache.RedisTagCacheDiagnostics;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace RedisTagCache.Diagnostics;

/// <summary>
/// The one place where everything is counted: for the instruments, for the snapshot, and for the application's own observer. No key and no tag is ever a dimension.
/// </summary>
internal sealed class CacheMeter
{
    private readonly Meter _meter;
    private readonly Counter<long> _lookups;
    private readonly Counter<long> _writes;
    private readonly Counter<long> _evictions;
    private readonly Counter<long> _removals;
    private readonly Counter<long> _syncs;
    private readonly Counter<long> _messages;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _flights;
    private readonly Counter<long> _refreshes;
    private readonly Counter<long> _bypasses;
    private readonly Histogram<double> _durations;
    private readonly Histogram<double> _factories;
    private readonly CacheStatistics _statistics;
    private readonly CacheObserver? _observer;
    private readonly Tag _cache;
    private readonly List<(Func<long> Bytes, Func<int> Count)> _rooms = [];

    /// <summary>Initializes a new instance of the <see cref="CacheMeter"/> class.</summary>
    /// <param name="factory">The factory of meters. The caches of an application share the meter.</param>
    /// <param name="cacheName">The name of the cache, as metrics, traces, and events show it.</param>
    /// <param name="statistics">The counts of the snapshot.</param>
    /// <param name="observer">The application's own observer.</param>
    public CacheMeter(IMeterFactory factory, string cacheName, CacheStatistics statistics, CacheObserver? observer = null)
    {
        CacheName = cacheName;
        _cache = new Tag(Names.CacheNameDimension, cacheName);
        _statistics = statistics;
        _observer = observer;
        _meter = factory.Create(Names.MeterName);
        _lookups = _meter.CreateCounter<long>(Names.LookupsInstrument, "{lookup}", "Lookups by outcome.");
        _writes = _meter.CreateCounter<long>(Names.WritesInstrument, "{write}", "Writes by outcome.");
        _evictions = _meter.CreateCounter<long>(Names.EvictionsInstrument, "{tag}", "Tags evicted or expired, by outcome.");
        _removals = _meter.CreateCounter<long>(Names.RemovalsInstrument, "{entry}", "Entries removed by key, by outcome.");
        _syncs = _meter.CreateCounter<long>(Names.TagStateSyncsInstrument, "{sync}", "Synchronizations of the tag state.");
        _messages = _meter.CreateCounter<long>(Names.MessagesInstrument, "{message}", "Announcements received.");
        _sent = _meter.CreateCounter<long>(Names.MessagesSentInstrument, "{message}", "Announcements of this instance's own changes.");
        _flights = _meter.CreateCounter<long>(Names.FactoryCallsInstrument, "{call}", "Calls for values that were not there, by how they came by them.");
        _refreshes = _meter.CreateCounter<long>(Names.RefreshesInstrument, "{refresh}", "Values refreshed while the old value was served, by outcome.");
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

    /// <summary>Gets the name of the cache, as metrics, traces, and events show it.</summary>
    public string CacheName { get; }

    /// <summary>The last evictions, for the snapshot.</summary>
    public EvictionHistory History => _statistics.Evictions;

    /// <summary>Counts a value returned from memory. A hit takes a few nanoseconds, so nothing is done without a listener.</summary>
    public void LocalHit()
    {
        _statistics.LocalHit();
        if (_lookups.Enabled)
            _lookups.Add(1, _cache, Region(CacheRegion.Hybrid), Outcome(CacheOutcome.HitLocal));
        _observer?.Tell(new CacheEvent { CacheName = CacheName, Kind = CacheEventKind.Lookup, Outcome = CacheOutcome.HitLocal, Region = CacheRegion.Hybrid.Name });
    }

    public void Lookup(CacheRegion region, CacheOutcome outcome)
    {
        _lookups.Add(1, _cache, Region(region), Outcome(outcome));
        _statistics.Of(region).Add(outcome);
        _observer?.Tell(new CacheEvent { CacheName = CacheName, Kind = CacheEventKind.Lookup, Outcome = outcome, Region = region.Name });
    }

    public void Miss(CacheRegion region, CacheMissReason reason)
    {
        if (_lookups.Enabled)
            _lookups.Add(1, new TagList { _cache, Region(region), Outcome(CacheOutcome.Miss), new Tag(Names.ReasonDimension, DimensionValues.Of(reason)) });
        _statistics.Of(region).Miss(reason);
        _observer?.Tell(new CacheEvent { CacheName = CacheName, Kind = CacheEventKind.Lookup, Outcome = CacheOutcome.Miss, Region = region.Name, MissReason = reason });
    }

    public void Write(CacheRegion region, CacheWriteOutcome written)
    {
        var outcome = OutcomeOf(written);
        _writes.Add(1, _cache, Region(region), Outcome(outcome));
        _statistics.Of(region).Add(outcome);
        _observer?.Tell(new CacheEvent { CacheName = CacheName, Kind = CacheEventKind.Write, Outcome = outcome, Region = region.Name });
    }

    public void Evictions(int tags, CacheEventDetail kind, CacheOutcome outcome)
    {
        _evictions.Add(tags, _cache, Kind(kind), Outcome(outcome));
        _statistics.Evicted(tags, kind, outcome);
        _observer?.Tell(new CacheEvent { CacheName = CacheName, Kind = CacheEventKind.Eviction, Outcome = outcome, Detail = kind, Count = tags });
    }

    public void Removal(CacheRegion region, CacheOutcome outcome)
    {
        _removals.Add(1, _cache, Region(region), Outcome(outcome));
        _statistics.Of(region).Add(outcome);
        _observer?.Tell(new CacheEvent { CacheName = CacheName, Kind = CacheEventKind.Removal, Outcome = outcome, Region = region.Name });
    }

    public void Sync(CacheEventDetail kind, CacheOutcome outcome)
    {
        _syncs.Add(1, _cache, Kind(kind), Outcome(outcome));
        _statistics.Sync(kind, outcome);
        _observer?.Tell(new CacheEvent { CacheName = CacheName, Kind = CacheEventKind.Sync, Outcome = outcome, Detail = kind });
    }

    public void Operation(CacheEventDetail operation, CacheOutcome outcome, TimeSpan duration, Exception? failure = null)
    {
        _durations.Record(duration.TotalSeconds, _cache, new Tag(Names.OperationDimension, DimensionValues.Of(operation)), Outcome(outcome));
        _statistics.Operation(duration, failure);
        _observer?.Tell(new CacheEvent { CacheName = CacheName, Kind = CacheEventKind.Operation, Outcome = outcome, Detail = operation, Duration = duration });
    }

    public void Message(CacheEventDetail kind, CacheOutcome outcome)
    {
        _messages.Add(1, _cache, Kind(kind), Outcome(outcome));
        _statistics.Message(outcome);
        _observer?.Tell(new CacheEvent { CacheName = CacheName, Kind = CacheEventKind.Message, Outcome = outcome, Detail = kind });
    }

    public void Sent(CacheEventDetail kind)
    {
        _sent.Add(1, _cache, Kind(kind));
        _statistics.Sent();
        _observer?.Tell(new CacheEvent { CacheName = CacheName, Kind = CacheEventKind.MessageSent, Detail = kind });
    }

    public void Flight(CacheEventDetail role)
    {
        _flights.Add(1, _cache, new Tag(Names.RoleDimension, DimensionValues.Of(role)));
        _statistics.Flight(role);
        _observer?.Tell(new CacheEvent { CacheName = CacheName, Kind = CacheEventKind.FactoryCall, Detail = role });
    }

    public void Refresh(CacheOutcome outcome)
    {
        _refreshes.Add(1, _cache, Outcome(outcome));
        _statistics.Refresh(outcome);
        _observer?.Tell(new CacheEvent { CacheName = CacheName, Kind = CacheEventKind.Refresh, Outcome = outcome });
    }

    public void Bypass(CacheEventDetail reason)
    {
        _bypasses.Add(1, _cache, new Tag(Names.ReasonDimension, DimensionValues.Of(reason)));
        _statistics.NotKept();
        _observer?.Tell(new CacheEvent { CacheName = CacheName, Kind = CacheEventKind.Bypass, Detail = reason });
    }

    public void Factory(CacheOutcome outcome, TimeSpan duration)
    {
        _factories.Record(duration.TotalSeconds, _cache, Outcome(outcome));
        _statistics.Factory(outcome, duration);
        _observer?.Tell(new CacheEvent { CacheName = CacheName, Kind = CacheEventKind.Factory, Outcome = outcome, Duration = duration });
    }

    /// <summary>Returns the outcome of a write as that of an event.</summary>
    public static CacheOutcome OutcomeOf(CacheWriteOutcome outcome) => outcome switch
    {
        CacheWriteOutcome.Stored => CacheOutcome.Stored,
        CacheWriteOutcome.Rejected => CacheOutcome.Rejected,
        _ => CacheOutcome.Skipped,
    };

    /// <summary>Adds a local cache to the gauges. Values and pages have one each; the gauges show the sum.</summary>
    public void ObserveCopies(Func<long> bytes, Func<int> count)
    {
        lock (_rooms)
        {
            _rooms.Add((bytes, count));
            if (_rooms.Count > 1)
                return;
        }

        (_statistics.LocalBytes, _statistics.LocalEntries) = (Bytes, Count);
        Observe(Names.LocalBytesInstrument, Bytes, "By", "Size of this instance's own copies of values and pages.");
        Observe(Names.LocalEntriesInstrument, Count, "{entry}", "This instance's own copies of values and pages.");

        long Bytes()
        {
            lock (_rooms)
                return _rooms.Sum(static room => room.Bytes());
        }

        int Count()
        {
            lock (_rooms)
                return _rooms.Sum(static room => room.Count());
        }
    }

    public void ObserveCircuit(Func<int> state)
    {
        _statistics.Circuit = state;
        Observe(Names.CircuitStateInstrument, state, "{state}", "0 closed, 1 open.");
    }

    /// <summary>For the status alone.</summary>
    public void ObserveSilence(Func<int> partitions) => _statistics.Silent = partitions;

    public void ObserveTagInvalidations(Func<int> count, Func<int> untrusted)
    {
        (_statistics.TagInvalidations, _statistics.Untrusted) = (count, untrusted);
        Observe(Names.TagStateTagsInstrument, count, "{tag}", "Evicted tags remembered by this instance.");
    }

    private void Observe<T>(string name, Func<T> value, string unit, string description)
        where T : struct => _meter.CreateObservableGauge(name, () => new Measurement<T>(value(), _cache), unit, description);

    private static Tag Region(CacheRegion region) => new(Names.RegionDimension, region.Name);

    private static Tag Outcome(CacheOutcome outcome) => new(Names.OutcomeDimension, DimensionValues.Of(outcome));

    private static Tag Kind(CacheEventDetail kind) => new(Names.KindDimension, DimensionValues.Of(kind));
}

/// <summary>Calls the application's own observer. An exception that it throws is logged, and goes no further.</summary>
internal sealed class CacheObserver(Action<CacheEvent> observer, TimeProvider time, ILogger<CacheObserver> logger)
{
    private readonly LogThrottle _failures = new(time);

    public void Tell(in CacheEvent told)
    {
        try
        {
            observer(told);
        }
#pragma warning disable CA1031 // Whatever an observer throws: requests have nothing to do with it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (_failures.ShouldLog(out var count))
                Log.ObserverFailed(logger, e, count);
        }
    }
}
