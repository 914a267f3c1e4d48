using RedisTagCache.History;
using RedisTagCache.History.Checking;
using RedisTagCache.History.Work;
using RedisTagCache.IntegrationTests.Fleet;

namespace RedisTagCache.IntegrationTests.History;

/// <summary>
/// A short run of what docs/history tells of at length: processes, two servers, every fault once, and every read checked. And the same with workers
/// that do something wrong, to see that it would be found.
/// </summary>
public sealed class HistoryTests
{
    [Fact]
    public async Task Fleet_UnderEveryFault_BreaksNoPromise()
    {
        var options = new HistoryOptions(TimeSpan.FromMinutes(2.2), "", Workers: 3, Rate: 500, Edits: 20, Settle: TimeSpan.FromSeconds(4), Faults: "", Broken.None);
        var result = await RunAsync(options);
        Assert.Empty(result.Verdicts.Shown);
        Assert.Equal(0, result.Verdicts.TotalViolated);
        Assert.Empty(result.Planned.Except(result.Faults.Select(f => f.Name)));
        Assert.True(result.Verdicts.TotalChecked > 50_000, "There was much to check.");
        Assert.All(Enum.GetValues<Promise>(), promise => Assert.True(result.Verdicts.Checked[promise] > 1_000, $"{promise} was checked."));
    }

    [Theory]
    [InlineData(nameof(Broken.VersionAtWrite), nameof(Promise.ReadsOfRedis))]
    [InlineData(nameof(Broken.EvictionsSkipped), nameof(Promise.ReadsOfRedis))]
    [InlineData(nameof(Broken.RemovalsSkipped), nameof(Promise.ReadsOfRedis))]
    [InlineData(nameof(Broken.CopiesNotJudged), nameof(Promise.ReadsOfCopies))]
    [InlineData(nameof(Broken.LeaseIgnored), nameof(Promise.OneRunAtATime))]
    [InlineData(nameof(Broken.ExpiriesSkipped), nameof(Promise.ExpiredIsNotFresh))]
    public async Task Fleet_ThatDoesSomethingWrong_IsFoundOut(string broken, string promise)
    {
        var options = new HistoryOptions(TimeSpan.FromSeconds(5), "", Workers: 2, Rate: 1_500, Edits: 60, Settle: TimeSpan.Zero, Faults: "", Enum.Parse<Broken>(broken));
        var result = await RunAsync(options);

        // A busy machine does little in that time.
        for (; !IsFound(result) && options.Duration < TimeSpan.FromMinutes(1); result = await RunAsync(options))
            options = options with { Duration = options.Duration * 2 };
        Assert.True(IsFound(result), $"{promise} was broken.");
        Assert.DoesNotContain(Promise.ValuesOfTheirKeys, result.Verdicts.Violated);
        if (promise != nameof(Promise.OneRunAtATime))
            Assert.DoesNotContain(Promise.OneRunAtATime, result.Verdicts.Violated);

        bool IsFound(HistoryResult run) => run.Verdicts.Violated.GetValueOrDefault(Enum.Parse<Promise>(promise)) > 0;
    }

    private static async Task<HistoryResult> RunAsync(HistoryOptions options)
    {
        var result = await HistoryRun.RunAsync(options, line => TestContext.Current.TestOutputHelper?.WriteLine(line));
        TestContext.Current.TestOutputHelper?.WriteLine(result.Report);
        return result;
    }
}
