using RedisTagCache.HttpHistory;
using RedisTagCache.HttpHistory.Checking;
using RedisTagCache.HttpHistory.Faults;
using RedisTagCache.HttpHistory.Reporting;

namespace RedisTagCache.AspNetCore.Tests.History;

/// <summary>
/// A short run of what docs/history/http.md tells of at length: generated applications on two instances, faults, and every response checked. And the same
/// with faults planted on purpose, each of which is found.
/// </summary>
[Collection(HttpHistoryFleet.Name)]
public sealed class HttpHistoryTests
{
    private static readonly HttpHistoryOptions _short = new(
        TimeSpan.FromSeconds(20), "", Seed: 101, Clients: 8, Life: TimeSpan.FromSeconds(10), Settle: TimeSpan.FromSeconds(3), Planted.None, TriesPlanted: false);

    private static readonly Promise[] _kept = Enum.GetValues<Promise>();

    [Fact]
    public async Task RunAsync_GeneratedApplications_KeepEveryPromise()
    {
        var result = await RunAsync(_short);
        Assert.True(result.Verdicts.Responses > 500, "There was much to check.");
        Assert.All(_kept, promise => Assert.True(result.Verdicts.Checked(promise) > 0, $"{promise} was checked."));
        Assert.All(_kept, promise => Assert.True(result.Verdicts.Violated(promise) == 0, $"{promise} was broken: {result.Verdicts.Shown.FirstOrDefault(shown => shown.StartsWith($"{promise}:", StringComparison.Ordinal))}"));
    }

    [Theory]
    [InlineData(nameof(Planted.TagsAsTyped))]
    [InlineData(nameof(Planted.PostTagsLost))]
    [InlineData(nameof(Planted.EvictionsMadeSoft))]
    [InlineData(nameof(Planted.EvictionsInTheOtherCache))]
    [InlineData(nameof(Planted.CachesMixed))]
    [InlineData(nameof(Planted.TenantLostInRefresh))]
    [InlineData(nameof(Planted.HeaderOfAnotherRendering))]
    [InlineData(nameof(Planted.StatusLies))]
    [InlineData(nameof(Planted.ConditionMarksPage))]
    [InlineData(nameof(Planted.FollowersHeld))]
    [InlineData(nameof(Planted.BodyOfAnotherPage))]
    [InlineData(nameof(Planted.MemoryKept))]
    public async Task RunAsync_PlantedFault_IsFound(string planted)
    {
        var fault = Enum.Parse<Planted>(planted);
        var result = await RunAsync(_short.With(fault));
        Assert.True(new PlantedResult(fault, result).IsFound, $"{PlantedResult.PromiseOf(fault)} was broken.");
    }

    private static async Task<HttpHistoryResult> RunAsync(HttpHistoryOptions options)
    {
        var result = await HttpHistoryRun.RunAsync(options, line => TestContext.Current.TestOutputHelper?.WriteLine(line));
        TestContext.Current.TestOutputHelper?.WriteLine(new Report(result, []).Write());
        return result;
    }
}
