using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.Outbox;

namespace RedisTagCache.AspNetCore.Tests.Diagnostics;

/// <summary>Everything that some instances report: instruments with all values of their dimensions, and activities with their tags. Hears the traces of the whole process.</summary>
internal sealed class Telemetry : IDisposable
{
    private readonly MeterListener _meters = new();
    private readonly ActivityListener _traces;
    private readonly ConcurrentDictionary<(string Instrument, string Dimension, string Value), bool> _values = new();
    private readonly ConcurrentDictionary<string, double> _last = new();
    private readonly ConcurrentDictionary<string, Instrument> _instruments = new();
    private readonly ConcurrentQueue<Activity> _activities = new();

    public Telemetry(params IServiceProvider[] instances)
    {
        var scopes = instances.Select(instance => instance.GetRequiredService<IMeterFactory>()).ToArray();
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (!IsOurs(instrument.Meter.Name) || !scopes.Contains(instrument.Meter.Scope))
                return;
            _instruments[instrument.Name] = instrument;
            listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<int>((instrument, value, dimensions, _) => Note(instrument, value, dimensions));
        _meters.SetMeasurementEventCallback<long>((instrument, value, dimensions, _) => Note(instrument, value, dimensions));
        _meters.SetMeasurementEventCallback<double>((instrument, value, dimensions, _) => Note(instrument, value, dimensions));
        _meters.Start();
        _traces = new ActivityListener
        {
            ShouldListenTo = static source => IsOurs(source.Name),
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = _activities.Enqueue,
        };
        ActivitySource.AddActivityListener(_traces);
    }

    public ICollection<Instrument> Instruments => _instruments.Values;

    public ICollection<(string Instrument, string Dimension, string Value)> Values => _values.Keys;

    public IReadOnlyCollection<Activity> Activities => _activities;

    /// <summary>The instruments that have told anything.</summary>
    public ICollection<string> Moved => _last.Keys;

    public bool HasSeen(string instrument, string dimension, string value) => _values.ContainsKey(("redistagcache." + instrument, dimension, value));

    /// <summary>What a gauge shows now, where several instances have it the largest.</summary>
    public double Observe(string instrument)
    {
        _last.TryRemove(instrument, out _);
        _meters.RecordObservableInstruments();
        return _last[instrument];
    }

    public void Dispose()
    {
        _meters.Dispose();
        _traces.Dispose();
    }

    private static bool IsOurs(string name) => name is RedisTagCacheDiagnostics.MeterName or RedisTagOutputCacheDiagnostics.MeterName or RedisTagCacheOutboxDiagnostics.MeterName;

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> dimensions)
    {
        // Of gauges, the largest over the instances that are listened to.
        _last.AddOrUpdate(instrument.Name, value, (_, before) => instrument.IsObservable ? Math.Max(before, value) : value);
        foreach (var (name, of) in dimensions)
            _values.TryAdd((instrument.Name, name, (string)of!), true);
    }
}
