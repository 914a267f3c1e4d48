using System.Diagnostics.Metrics;
using Names = RedisTagCache.Outbox.RedisTagCacheOutboxDiagnostics;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace RedisTagCache.Outbox.Diagnostics;

/// <summary>Counts what an outbox does. No tag of the cache is ever a dimension.</summary>
internal sealed class OutboxMeter
{
    private static readonly Tag _commit = new(Names.OriginDimension, "commit");
    private static readonly Tag _dispatcher = new(Names.OriginDimension, "dispatcher");

    private readonly Counter<long> _dispatched;
    private readonly Counter<long> _failed;
    private readonly Tag _cache;
    private OutboxStatus? _status;

    /// <summary>Initializes a new instance of the <see cref="OutboxMeter"/> class.</summary>
    /// <param name="factory">The factory of meters.</param>
    /// <param name="cacheName">The name of the cache, as metrics show it.</param>
    public OutboxMeter(IMeterFactory factory, string cacheName)
    {
        _cache = new Tag(RedisTagCacheDiagnostics.CacheNameDimension, cacheName);
        var meter = factory.Create(Names.MeterName);
        _dispatched = meter.CreateCounter<long>(Names.DispatchedInstrument, "{row}", "Rows whose eviction Redis confirmed.");
        _failed = meter.CreateCounter<long>(Names.FailedInstrument, "{row}", "Rows whose eviction failed and is tried again.");
        meter.CreateObservableGauge(Names.PendingInstrument, () => Seen(static status => status.Pending), "{row}", "Rows that wait in the table.");
        meter.CreateObservableGauge(Names.OldestAgeInstrument, () => Seen(static status => status.OldestAge.TotalSeconds), "s", "Age of the oldest row that waits.");
        meter.CreateObservableGauge(Names.SetAsideInstrument, () => Seen(static status => status.SetAside), "{row}", "Rows that were set aside because a tag was rejected.");
    }

    /// <summary>Counts rows that were evicted.</summary>
    public void Dispatched(int rows, OutboxOrigin origin) => _dispatched.Add(rows, _cache, TagOf(origin));

    /// <summary>Counts rows that were not evicted.</summary>
    public void Failed(int rows, OutboxOrigin origin) => _failed.Add(rows, _cache, TagOf(origin));

    /// <summary>Takes what waits in the table. The gauges show it until the next time.</summary>
    public void Show(OutboxStatus status) => Volatile.Write(ref _status, status);

    private static Tag TagOf(OutboxOrigin origin) => origin == OutboxOrigin.Commit ? _commit : _dispatcher;

    private IEnumerable<Measurement<T>> Seen<T>(Func<OutboxStatus, T> value)
        where T : struct => Volatile.Read(ref _status) is { } status ? [new Measurement<T>(value(status), _cache)] : [];
}
