using RedisTagCache.History.Checking;
using RedisTagCache.History.Recording;

namespace RedisTagCache.IntegrationTests.History;

/// <summary>What is not judged is what the docs except, and nothing beside it: history that Redis lost, and two runs at a time.</summary>
public sealed class CheckerExceptionTests
{
    // Kept until 10, lost until 20, back at 21: what was lost is in force again at 31.
    private static readonly Fault _lost = new("lost", Written.At(9), Written.At(22), "", LeasesLost.All, null, new Rollback(Written.At(10), Written.At(20), Written.At(21)));

    [Theory]
    [InlineData(15, 22, 0, "the eviction was lost and not yet repeated")]
    [InlineData(15, 19, 1, "the server that had confirmed it was still there")]
    [InlineData(15, 32, 1, "it should have been repeated by now")]
    [InlineData(5, 22, 1, "the eviction was kept")]
    [InlineData(21.5, 24, 1, "the eviction came after it")]
    public void EvictionThatRedisLost_IsExcusedUntilItIsRepeated(double evicted, double read, int violations, string why)
    {
        var verdicts = new Written().Evict(evicted, evicted + 0.1).ReadRedis(read, startedAt: 1).Check(_lost);
        Assert.True(verdicts.TotalViolated == violations, why);
        Assert.Equal(1 - violations, verdicts.NotJudged.Values.Sum());
        Assert.Equal(1 - violations, verdicts.HealedAfter.Count);
    }

    [Fact]
    public void EvictionThatRedisLost_ExcusesNoOther() =>
        Assert.Equal(1, new Written().Evict(15, 16).Evict(5, 6).ReadRedis(22, startedAt: 1).Check(_lost).TotalViolated);

    [Fact]
    public void EvictionThatRedisLost_TogetherWithItsIssuer_IsExcusedForTheLifeOfTheValue()
    {
        var deaths = new Dictionary<WorkerId, long> { [new WorkerId(0, 0)] = Written.At(20.5) };
        Assert.Equal(0, new Written().Evict(15, 16).ReadRedis(50, startedAt: 1).Check(deaths, _lost).TotalViolated);
        Assert.Equal(1, new Written().Evict(15, 16).ReadRedis(62, startedAt: 1).Check(deaths, _lost).TotalViolated);
    }

    [Fact]
    public void CopyOfWhatCameBack_MayBeTwoSecondsLaterThanTheEvictionInRedis()
    {
        Assert.Equal(0, new Written().Evict(15, 16).ReadCopy(32, startedAt: 1).Check(_lost).TotalViolated);
        Assert.Equal(1, new Written().Evict(15, 16).ReadCopy(34, startedAt: 1).Check(_lost).TotalViolated);
    }

    [Fact]
    public void RemovalThatRedisLost_IsExcusedForTheLifeOfTheValue()
    {
        Assert.Equal(0, new Written().Remove(15, 16).ReadRedis(50, startedAt: 1).Check(_lost).TotalViolated);
        Assert.Equal(1, new Written().Remove(15, 16).ReadRedis(62, startedAt: 1).Check(_lost).TotalViolated);
        Assert.Equal(1, new Written().Remove(5, 6).ReadRedis(22, startedAt: 1).Check(_lost).TotalViolated);
    }

    [Fact]
    public void TwoRunsAtATime_AreAViolation()
    {
        Assert.Equal(1, Written.Check(new Written(0).Run(1, 3), new Written(1).Run(2, 4)).Violated[Promise.OneRunAtATime]);
        Assert.Equal(0, Written.Check(new Written(0).Run(1, 2), new Written(1).Run(2, 4)).TotalViolated);
    }

    [Fact]
    public void TwoRunsAtATime_OfARemovedValue_AreExcusedByTheRemovalBetween()
    {
        Assert.Equal(0, new Written().Run(5, 7, Written.Key).Remove(5.5, 5.6).Run(6, 8, Written.Key).Check().TotalViolated);
        Assert.Equal(1, new Written().Run(5, 7, Written.Key).Remove(1, 2).Remove(6.5, 6.6).Run(6, 8, Written.Key).Check().TotalViolated);
    }

    [Theory]
    [InlineData(nameof(Outcome.Failed), 0, 8, 0, "the retry of the removal may have revoked the lease")]
    [InlineData(nameof(Outcome.Failed), 0, 12, 1, "it must have been retried by now")]
    [InlineData(nameof(Outcome.Failed), 2, 8, 1, "the worker that removed it was not the one cut off")]
    [InlineData(nameof(Outcome.Done), 0, 8, 1, "it was confirmed before the lease was asked for")]
    public void TwoRunsAtATime_AreExcusedByTheRetryOfARemoval(string outcome, int worker, double run, int violations, string why)
    {
        var cutOff = new Fault("f", Written.At(2), Written.At(6), "", LeasesLost.Own, new WorkerId(0, 0));
        var remover = new Written(worker).Remove(2.5, 2.6, Enum.Parse<Outcome>(outcome));
        var verdicts = Written.Check([remover, new Written(1).Run(run, run + 2, Written.Key), new Written(3).Run(run + 1, run + 3, Written.Key)], cutOff);
        Assert.True(verdicts.TotalViolated == violations, why);
    }

    [Theory]
    [InlineData(2.5, 2.6, 0, "it may have been set when its worker was cut off")]
    [InlineData(3.2, 3.6, 0, "it may have ended with its timeout")]
    [InlineData(3.2, 3.3, 1, "Redis had confirmed it")]
    public void TwoRunsAtATime_AreExcusedByTheRetryOfASet(double start, double end, int violations, string why)
    {
        var cutOff = new Fault("f", Written.At(2), Written.At(3), "", LeasesLost.Own, new WorkerId(0, 0));
        var verdicts = Written.Check([new Written().Set(start, end), new Written(1).Run(5.7, 7, Written.Key), new Written(3).Run(6, 8, Written.Key)], cutOff);
        Assert.True(verdicts.TotalViolated == violations, why);
    }

    [Theory]
    [InlineData(nameof(LeasesLost.All), 0)]
    [InlineData(nameof(LeasesLost.Own), 0)]
    [InlineData(nameof(LeasesLost.None), 1)]
    public void TwoRunsAtATime_AreExcusedByAFaultThatMayCostTheLease(string leases, int violations)
    {
        var fault = new Fault("f", Written.At(5), Written.At(6), "", Enum.Parse<LeasesLost>(leases), new WorkerId(0, 0));
        Assert.Equal(violations, new Written().Run(5, 7).Run(6, 8).Check(fault).TotalViolated);
        Assert.Equal(1, new Written().Run(15, 17).Run(16, 18).Check(fault).TotalViolated);
        Assert.Equal(leases == nameof(LeasesLost.All) ? 0 : 1, new Written(1).Run(5, 7).Run(6, 8).Check(fault).TotalViolated);
    }

    [Fact]
    public void TwoRunsAtATime_AreExcusedWhereRedisDidNotAnswerOneOfThem() =>
        Assert.Equal(0, new Written().ReadRedis(5, 0, Outcome.Unavailable).Run(5, 7).Run(6, 8).Check().TotalViolated);
}
