using RedisTagCache.History;
using RedisTagCache.History.Checking;
using RedisTagCache.History.Work;
using RedisTagCache.IntegrationTests.Fleet;

namespace RedisTagCache.IntegrationTests.History;

/// <summary>
/// A short run of what docs/history tells of at length: processes, two servers, every fault once, and every read checked. <see cref="HistoryControlTests"/> show that what is wrong would be found.
/// </summary>
public sealed class HistoryTests
{
    [Fact]
    public async Task Fleet_UnderEveryFault_BreaksNoPromise()
    {
        var options = new HistoryOptions(TimeSpan.FromMinutes(1.5), "", Workers: 3, Rate: 200, Edits: 20, Settle: TimeSpan.FromSeconds(2.5), Faults: "", Broken.None);
        var result = await RunAsync(options);
        Assert.Empty(result.Verdicts.Shown);
        Assert.Equal(0, result.Verdicts.TotalViolated);
        Assert.Empty(result.Planned.Except(result.Faults.Select(f => f.Name)));
        Assert.True(result.Verdicts.TotalChecked > 20_000, "There was much to check, also on a busy machine.");
        Assert.All(Enum.GetValues<Promise>(), promise => Assert.True(result.Verdicts.Checked[promise] > 1_000, $"{promise} was checked."));
    }

    internal static async Task<HistoryResult> RunAsync(HistoryOptions options)
    {
        var result = await HistoryRun.RunAsync(options, line => TestContext.Current.TestOutputHelper?.WriteLine(line));
        TestContext.Current.TestOutputHelper?.WriteLine(result.Report);
        return result;
    }
}
