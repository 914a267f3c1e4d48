using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Names = RedisTagCache.RedisTagCacheDiagnostics;

namespace RedisTagCache.AspNetCore.Tests;

/// <summary>What some instances report of themselves: how many lookups and writes had which outcome. Keeps counts alone, so it bears any load.</summary>
internal sealed class Outcomes : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(string Instrument, string Outcome), long> _counts = new();

    public Outcomes(params IServiceProvider[] instances)
    {
        var scopes = instances.Select(i => i.GetRequiredService<IMeterFactory>()).ToArray();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == Names.MeterName && scopes.Contains(instrument.Meter.Scope))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, count, dimensions, _) =>
        {
            foreach (var (name, value) in dimensions)
            {
                if (name is Names.OutcomeDimension or Names.ReasonDimension)
                    _counts.AddOrUpdate((instrument.Name, (string)value!), count, (_, sum) => sum + count);
            }
        });
        _listener.Start();
    }

    public long Writes(string outcome) => _counts.GetValueOrDefault((Names.WritesInstrument, outcome));

    /// <param name="outcome">An outcome, or the reason of a miss.</param>
    public long Lookups(string outcome) => _counts.GetValueOrDefault((Names.LookupsInstrument, outcome));

    public override string ToString() => string.Join(", ", _counts
        .Where(c => c.Key.Instrument is Names.LookupsInstrument or Names.WritesInstrument)
        .OrderBy(c => c.Key)
        .Select(c => $"{c.Key.Instrument.Split('.')[^1]} {c.Key.Outcome} {c.Value}"));

    public void Dispose() => _listener.Dispose();
}
