using RedisTagCache.History;
using RedisTagCache.History.Checking;
using RedisTagCache.History.Work;
using RedisTagCache.IntegrationTests.Fleet;

namespace RedisTagCache.IntegrationTests.History;

/// <summary>These tests need both processors for seconds: on a busy machine, the workers do little that could be found.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class HistoryControl
{
    public const string Name = nameof(HistoryControlTests);
}

/// <summary>The same as <see cref="HistoryTests"/> with workers that do something wrong, to see that it is found.</summary>
[Collection(HistoryControl.Name)]
public sealed class HistoryControlTests
{
    [Theory]
    [InlineData(nameof(Broken.VersionAtWrite), nameof(Promise.ReadsOfRedis))]
    [InlineData(nameof(Broken.EvictionsSkipped), nameof(Promise.ReadsOfRedis))]
    [InlineData(nameof(Broken.RemovalsSkipped), nameof(Promise.ReadsOfRedis))]
    [InlineData(nameof(Broken.CopiesNotJudged), nameof(Promise.ReadsOfCopies))]
    [InlineData(nameof(Broken.LeaseIgnored), nameof(Promise.OneRunAtATime))]
    [InlineData(nameof(Broken.ExpiriesSkipped), nameof(Promise.ExpiredIsNotFresh))]
    [InlineData(nameof(Broken.CachesMixed), nameof(Promise.ValuesOfTheirKeys))]
    public async Task Fleet_ThatDoesSomethingWrong_IsFoundOut(string broken, string promise)
    {
        var options = new HistoryOptions(TimeSpan.FromSeconds(5), "", Workers: 2, Rate: 1_500, Edits: 60, Settle: TimeSpan.Zero, Faults: "", Enum.Parse<Broken>(broken));
        var result = await HistoryTests.RunAsync(options);

        // A busy machine does little in that time.
        for (; !IsFound(result) && options.Duration < TimeSpan.FromMinutes(1); result = await HistoryTests.RunAsync(options))
            options = options with { Duration = options.Duration * 2 };
        Assert.True(IsFound(result), $"{promise} was broken.");
        if (promise != nameof(Promise.ValuesOfTheirKeys))
            Assert.DoesNotContain(Promise.ValuesOfTheirKeys, result.Verdicts.Violated);
        if (promise != nameof(Promise.OneRunAtATime))
            Assert.DoesNotContain(Promise.OneRunAtATime, result.Verdicts.Violated);

        bool IsFound(HistoryResult run) => run.Verdicts.Violated.GetValueOrDefault(Enum.Parse<Promise>(promise)) > 0;
    }
}
