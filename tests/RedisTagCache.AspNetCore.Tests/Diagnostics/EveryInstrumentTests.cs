using System.Diagnostics.Metrics;
using RedisTagCache.AspNetCore.Tests.Fleet;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Diagnostics;

/// <summary>Every instrument moves with every value that is documented of its dimensions, and with no other: so none has a key or a tag. The same of traces.</summary>
[Collection(Calm.Name)]
public sealed class EveryInstrumentTests
{
    private const string OwnRegion = "pages";

    [Fact]
    public async Task Scenario_InWhichEverythingHappens_ReportsWhatIsDocumentedAndNothingElse()
    {
        await using var scenario = await InstrumentScenario.StartAsync();
        var telemetry = scenario.Telemetry;
        await scenario.ValuesAreComputedAsync();
        await scenario.ValuesAreReturnedAsync();
        await scenario.EntriesComeAndGoAsync();
        await scenario.RedisGoesAndComesAsync();
        await scenario.PagesAreRenderedAsync();
        await scenario.EvictionsAreCommittedAsync();

        Assert.Equal(
            DocumentedTelemetry.Instruments.Select(i => $"{i.Name}: {i.Kind}, {i.Unit}").Order(StringComparer.Ordinal),
            telemetry.Instruments.Select(i => $"{i.Name}: {KindOf(i)}, {i.Unit}").Order(StringComparer.Ordinal));
        Assert.Equal(telemetry.Instruments.Select(i => i.Name).Order(StringComparer.Ordinal), telemetry.Moved.Order(StringComparer.Ordinal));
        Assert.All(telemetry.Instruments, i => Assert.False(string.IsNullOrWhiteSpace(i.Description)));
        foreach (var (name, _, _, dimensions) in DocumentedTelemetry.Instruments)
            Assert.Equal(dimensions.Order(StringComparer.Ordinal), telemetry.Values.Where(v => v.Instrument == name).Select(v => v.Dimension).Distinct().Order(StringComparer.Ordinal));
        var measured = telemetry.Values.Where(v => v.Value != OwnRegion).ToHashSet();
        Assert.Empty(DocumentedTelemetry.Values.Except(measured));
        Assert.Empty(measured.Except(DocumentedTelemetry.Values));
        Assert.DoesNotContain(telemetry.Values, v => v.Value.Contains(InstrumentScenario.Secret, StringComparison.Ordinal));
        Assert.All(scenario.Events, e => Assert.Equal(RedisTagCacheDiagnostics.DefaultCacheName, e.CacheName));
        Assert.Equal(Enum.GetValues<CacheEventKind>(), scenario.Events.Select(e => e.Kind).Distinct().Order());
        Assert.Equal(Enum.GetValues<CacheOutcome>(), scenario.Events.Select(e => e.Outcome).Distinct().Order());
        Assert.Equal(Enum.GetValues<CacheEventDetail>(), scenario.Events.Select(e => e.Detail).Distinct().Order());
        Assert.Equal(Enum.GetValues<CacheMissReason>(), scenario.Events.Select(e => e.MissReason).Distinct().Order());

        var tags = telemetry.Activities.SelectMany(a => a.TagObjects.Select(tag => (a.OperationName, tag.Key))).ToHashSet();
        Assert.Equal(DocumentedTelemetry.Activities.Keys.Order(StringComparer.Ordinal), telemetry.Activities.Select(a => a.OperationName).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(DocumentedTelemetry.Activities.SelectMany(a => a.Value.Select(tag => (a.Key, tag))).Order(), tags.Order());
        Assert.DoesNotContain(telemetry.Activities.SelectMany(a => a.TagObjects.Select(tag => $"{tag.Value}").Append(a.DisplayName).Append(a.StatusDescription ?? "")),
            text => text.Contains(InstrumentScenario.Secret, StringComparison.Ordinal));
    }

    private static string KindOf(Instrument instrument) => instrument switch
    {
        Counter<long> => "counter",
        Histogram<double> => "histogram",
        { IsObservable: true } => "gauge",
        _ => instrument.GetType().Name,
    };
}
