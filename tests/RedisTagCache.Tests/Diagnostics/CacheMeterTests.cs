using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RedisTagCache.Diagnostics;
using RedisTagCache.Diagnostics.Counters;

namespace RedisTagCache.Tests.Diagnostics;

public sealed class CacheMeterTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly HashSet<string> _instruments = [];
    private readonly List<(string Instrument, string? Cache)> _measured = [];
    private readonly List<CacheEvent> _events = [];
    private bool _isCounting;
    private int _count;

    public CacheMeterTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope != _services.GetRequiredService<IMeterFactory>())
                return;
            _instruments.Add(instrument.Name);
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, _, dimensions, _) => Note(instrument, dimensions));
        _listener.SetMeasurementEventCallback<long>((instrument, _, dimensions, _) => Note(instrument, dimensions));
        _listener.SetMeasurementEventCallback<double>((instrument, _, dimensions, _) => Note(instrument, dimensions));
        _listener.Start();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void Measurements_OfEachInstrument_HaveTheNameOfTheCache()
    {
        var meter = Create("products");
        ObserveAll(meter);
        CountAll(meter);
        _listener.RecordObservableInstruments();
        Assert.Equal(_instruments, _measured.Select(measured => measured.Instrument).ToHashSet());
        Assert.All(_measured, measured => Assert.Equal("products", measured.Cache));
        Assert.Equal(Enum.GetValues<CacheEventKind>(), _events.Select(told => told.Kind).Distinct().Order());
        Assert.All(_events, told => Assert.Equal("products", told.CacheName));
    }

    [Fact]
    public void Measurements_OfTwoCaches_HaveTheirOwnNames()
    {
        foreach (var meter in new[] { Create("products"), Create("default") })
        {
            ObserveAll(meter);
            CountAll(meter);
        }

        _listener.RecordObservableInstruments();
        Assert.All(_instruments, instrument =>
            Assert.Equal(["default", "products"], _measured.Where(measured => measured.Instrument == instrument).Select(measured => measured.Cache).Distinct().Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Measurements_WithAListener_DoNotAllocate()
    {
        var meter = new CacheMeter(_services.GetRequiredService<IMeterFactory>(), "products", new CacheStatistics(TimeProvider.System));
        _isCounting = true;
        CountAll(meter);
        var before = (_count, Bytes: GC.GetAllocatedBytesForCurrentThread());
        for (var i = 0; i < 100; i++)
            CountAll(meter);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before.Bytes);
        Assert.Equal(100, (_count - before._count) / before._count);
    }

    [Fact]
    public void Activities_Always_HaveTheNameOfTheCache()
    {
        using var traces = new ActivityListener { ShouldListenTo = static source => source.Name == RedisTagCacheDiagnostics.ActivitySourceName, Sample = static (ref _) => ActivitySamplingResult.AllData };
        ActivitySource.AddActivityListener(traces);
        var meter = Create("products");
        Activity?[] activities =
        [
            CacheActivity.GetOrCreate(meter), CacheActivity.Factory(meter), CacheActivity.Lookup(meter, CacheRegion.Output), CacheActivity.Write(meter, CacheRegion.Output),
            CacheActivity.Evict(meter, CacheEventDetail.Evict, 1), CacheActivity.Refresh(meter, caller: null), CacheActivity.Sync(meter),
        ];
        Assert.All(activities, activity =>
        {
            using (activity)
                Assert.Equal("products", activity?.GetTagItem("cache.name"));
        });
    }

    private static void ObserveAll(CacheMeter meter)
    {
        meter.ObserveCopies(static () => 1, static () => 1);
        meter.ObserveCircuit(static () => 0);
        meter.ObserveTagInvalidations(static () => 1, static () => 0);
    }

    private static void CountAll(CacheMeter meter)
    {
        meter.LocalHit();
        meter.Lookup(CacheRegion.Output, CacheOutcome.Hit);
        meter.Miss(CacheRegion.Output, CacheMissReason.Absent);
        meter.Write(CacheRegion.Output, CacheWriteOutcome.Stored);
        meter.Evictions(1, CacheEventDetail.Evict, CacheOutcome.Done);
        meter.Removal(CacheRegion.Hybrid, CacheOutcome.Done);
        meter.Sync(CacheEventDetail.Full, CacheOutcome.Ok);
        meter.Operation(CacheEventDetail.Read, CacheOutcome.Ok, TimeSpan.FromMilliseconds(1));
        meter.Message(CacheEventDetail.Eviction, CacheOutcome.Applied);
        meter.Sent(CacheEventDetail.Eviction);
        meter.Flight(CacheEventDetail.Leader);
        meter.Refresh(CacheOutcome.Done);
        meter.Bypass(CacheEventDetail.PayloadSize);
        meter.Factory(CacheOutcome.Ok, TimeSpan.FromMilliseconds(1));
    }

    private CacheMeter Create(string name) => new(
        _services.GetRequiredService<IMeterFactory>(),
        name,
        new CacheStatistics(TimeProvider.System),
        new CacheObserver(_events.Add, TimeProvider.System, NullLogger<CacheObserver>.Instance));

    private void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> dimensions)
    {
        if (_isCounting)
        {
            _count++;
            return;
        }

        string? cache = null;
        foreach (var (name, value) in dimensions)
            cache = name == "cache.name" ? (string?)value : cache;
        _measured.Add((instrument.Name, cache));
    }
}
