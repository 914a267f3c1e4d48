using System.Text.Json;
using System.Text.RegularExpressions;
using RedisTagCache.AspNetCore.Tests.Docs;
using YamlDotNet.Serialization;

namespace RedisTagCache.AspNetCore.Tests.Diagnostics;

/// <summary>The dashboard and the alerts ask for what there is: every metric, label and value is one that the exporter makes of a documented instrument.</summary>
public sealed partial class DashboardTests
{
    private static readonly string[] _fromPrometheus = ["job", "instance", "le"];

    [Fact]
    public async Task Dashboard_AsksForWhatThereIs_AndShowsEveryInstrument()
    {
        using var dashboard = JsonDocument.Parse(await File.ReadAllTextAsync(PathOf("grafana-dashboard.json"), TestContext.Current.CancellationToken));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().Where(panel => panel.TryGetProperty("targets", out _)).ToArray();
        var queries = panels.SelectMany(panel => panel.GetProperty("targets").EnumerateArray()).Select(target => target.GetProperty("expr").GetString()!).ToArray();
        var names = await PrometheusNames.ReadAsync();
        Assert.All(queries, query => AssertKnown(query, names));
        Assert.All(queries, query => Assert.Equal(Metric().Count(query), Selected().Count(query)));
        var variable = dashboard.RootElement.GetProperty("templating").GetProperty("list").EnumerateArray().Single(of => of.GetProperty("name").GetString() == "cache");
        Assert.True(variable.GetProperty("includeAll").GetBoolean());
        Assert.Equal("$__all", variable.GetProperty("current").GetProperty("value").GetString());
        AssertKnown($"max by (cache_name) ({Metric().Match(variable.GetProperty("query").GetProperty("query").GetString()!).Value})", names);
        var shown = queries.SelectMany(query => Metric().Matches(query).Select(match => match.Value)).ToHashSet();
        foreach (var (name, _, _, _) in DocumentedTelemetry.Instruments)
            Assert.Contains(shown, metric => metric.StartsWith(name.Replace('.', '_'), StringComparison.Ordinal));
        foreach (var panel in panels)
        {
            var legends = panel.GetProperty("targets").EnumerateArray().Select(target => (Query: target.GetProperty("expr").GetString()!, Legend: target.GetProperty("legendFormat").GetString()!));
            Assert.All(legends, of => Assert.All(Legend().Matches(of.Legend), label => Assert.Contains(label.Groups[1].Value, Grouped(of.Query))));
        }
    }

    [Fact]
    public async Task Alerts_AskForWhatThereIs_AndAreExplained()
    {
        var file = new DeserializerBuilder().Build().Deserialize<Dictionary<string, List<Dictionary<string, object>>>>(
            await File.ReadAllTextAsync(PathOf("prometheus-alerts.yml"), TestContext.Current.CancellationToken));
        var alerts = ((List<object>)Assert.Single(file["groups"])["rules"]).Cast<Dictionary<object, object>>().ToArray();
        Assert.Equal(4, alerts.Length);
        var names = await PrometheusNames.ReadAsync();
        foreach (var alert in alerts)
        {
            AssertKnown((string)alert["expr"], names);
            Assert.All(By().Matches((string)alert["expr"]), by => Assert.Contains("cache_name", by.Groups[1].Value.Split(", ")));
            Assert.Contains($"| `{alert["alert"]}` |", DocPage.Of("docs/observability.md").Text, StringComparison.Ordinal);
            Assert.Contains("summary", ((Dictionary<object, object>)alert["annotations"]).Keys);
        }
    }

    [Theory]
    [InlineData("rate(redistagcache_lookup_total[5m])")]
    [InlineData("redistagcache_lookups_total{outcome=\"hits\"}")]
    [InlineData("redistagcache_lookups_total{cache=~\"$cache\"}")]
    [InlineData("sum by (tag) (redistagcache_lookups_total)")]
    public async Task QueryForWhatThereIsNot_IsFound(string query)
    {
        var names = await PrometheusNames.ReadAsync();
        Assert.ThrowsAny<Exception>(() => AssertKnown(query, names));
    }

    private static void AssertKnown(string query, Dictionary<string, HashSet<(string Label, string Value)>> names)
    {
        var metrics = Metric().Matches(query);
        Assert.NotEmpty(metrics);
        foreach (var metric in metrics.Select(match => match.Value))
        {
            Assert.Contains(metric, names.Keys);
            Assert.All(Grouped(query), label => Assert.Contains(label, names[metric].Select(known => known.Label).Concat(_fromPrometheus)));
        }

        foreach (Match selector in Selector().Matches(query))
        {
            var known = names[selector.Groups["metric"].Value];
            foreach (var match in Matcher().Matches(selector.Groups["labels"].Value).Where(match => !_fromPrometheus.Contains(match.Groups["label"].Value)))
                Assert.All(match.Groups["value"].Value.Split('|'), value => Assert.Contains(known, of => of.Label == match.Groups["label"].Value && (value.StartsWith('$') || of.Value == value)));
        }
    }

    private static string[] Grouped(string query) =>
        [.. By().Matches(query).SelectMany(match => match.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries)).Distinct()];

    private static string PathOf(string name) => Path.Combine(Path.GetDirectoryName(DocPage.Of("docs/observability.md").Path)!, name);

    [GeneratedRegex(@"redistagcache_\w+")]
    private static partial Regex Metric();

    [GeneratedRegex(@"redistagcache_\w+\{job=~""\$job"",cache_name=~""\$cache""[,}]")]
    private static partial Regex Selected();

    [GeneratedRegex(@"(?<metric>redistagcache_\w+)\{(?<labels>[^}]*)\}")]
    private static partial Regex Selector();

    [GeneratedRegex(@"(?<label>\w+)(?:=~|!=|=)""(?<value>[^""]*)""")]
    private static partial Regex Matcher();

    [GeneratedRegex(@"by \(([^)]*)\)")]
    private static partial Regex By();

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex Legend();
}
