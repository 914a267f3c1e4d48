using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;

namespace RedisTagCache.AspNetCore.Tests.Diagnostics;

/// <summary>What the exporter makes of every documented instrument: its names in Prometheus, and the labels of each with their values.</summary>
internal static partial class PrometheusNames
{
    public static async Task<Dictionary<string, HashSet<(string Label, string Value)>>> ReadAsync()
    {
        using var meter = new Meter("documented");
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(meter.Name).AddPrometheusExporter());
        await using var app = builder.Build();
        app.MapPrometheusScrapingEndpoint();
        await app.StartAsync();
        Measure(meter);
        var names = new Dictionary<string, HashSet<(string, string)>>();
        using var client = app.GetTestClient();
        foreach (Match sample in Sample().Matches(await client.GetStringAsync("/metrics")))
        {
            if (!names.TryGetValue(sample.Groups["name"].Value, out var labels))
                names[sample.Groups["name"].Value] = labels = [];
            labels.UnionWith(Label().Matches(sample.Groups["labels"].Value).Select(label => (label.Groups["label"].Value, label.Groups["value"].Value)));
        }

        return names;
    }

    /// <summary>One measurement for each value that is documented.</summary>
    private static void Measure(Meter meter)
    {
        foreach (var (name, kind, unit, _) in DocumentedTelemetry.Instruments)
        {
            KeyValuePair<string, object?>[][] dimensions =
                [[], .. DocumentedTelemetry.Values.Where(value => value.Instrument == name).Select(value => new[] { KeyValuePair.Create(value.Dimension, (object?)value.Value) })];
            if (kind == "counter")
                Array.ForEach(dimensions, of => meter.CreateCounter<long>(name, unit).Add(1, of));
            else if (kind == "histogram")
                Array.ForEach(dimensions, of => meter.CreateHistogram<double>(name, unit).Record(1, of));
            else
                meter.CreateObservableGauge(name, () => dimensions.Select(of => new Measurement<int>(1, of)), unit);
        }
    }

    [GeneratedRegex(@"^(?<name>redistagcache_\w+)(?:\{(?<labels>[^}]*)\})? ", RegexOptions.Multiline)]
    private static partial Regex Sample();

    [GeneratedRegex(@"(?<label>\w+)=""(?<value>[^""]*)""")]
    private static partial Regex Label();
}
