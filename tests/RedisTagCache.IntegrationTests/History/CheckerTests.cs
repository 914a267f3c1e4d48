using RedisTagCache.History.Checking;
using RedisTagCache.History.Recording;
using RedisTagCache.History.Work;

namespace RedisTagCache.IntegrationTests.History;

/// <summary>The checker finds each kind of violation in histories written by hand, and nothing where there is none.</summary>
public sealed class CheckerTests
{
    [Fact]
    public void Read_AfterAnEviction_OfAnOlderValue_IsAViolation()
    {
        var verdicts = new Written().Evict(2, 3).ReadRedis(4, startedAt: 1).Check();
        Assert.Equal(1, verdicts.Violated[Promise.ReadsOfRedis]);
        Assert.Contains("Evict of t7 by worker 0.0", Assert.Single(verdicts.Shown));
    }

    [Theory]
    [InlineData(2.5, 1, "it began before the eviction had returned")]
    [InlineData(4, 2.5, "the value was started after the eviction")]
    [InlineData(4, 4.0005, "the value was computed during the read")]
    public void Read_ThatIsFree_IsNoViolation(double start, double startedAt, string why) =>
        Assert.True(new Written().Evict(2, 3).ReadRedis(start, startedAt).Check().TotalViolated == 0, why);

    [Fact]
    public void Eviction_OfAnotherTag_OrThatThrew_ImposesNothing()
    {
        var other = Enumerable.Range(1, Plan.TagsOfEach - 1).First(tag => !Plan.TagsOf(Written.Key).Contains(tag));
        Assert.Equal(0, new Written().Evict(2, 3, tag: other).Evict(2, 3, Outcome.Failed).ReadRedis(4, startedAt: 1).Check().TotalViolated);
    }

    [Fact]
    public void Eviction_OfEverything_AndOfOneOfSeveralTags_Counts()
    {
        Assert.Equal(1, new Written().Evict(2, 3, tag: Plan.EverythingOf(0)).ReadRedis(4, startedAt: 1).Check().TotalViolated);
        Assert.Equal(1, new Written().Evict(2, 3, tag: Plan.TagsOf(Written.Key)[^1]).ReadRedis(4, startedAt: 1).Check().TotalViolated);
    }

    [Fact]
    public void Eviction_ByAnotherProcess_Counts() =>
        Assert.Equal(1, Written.Check(new Written(0).Evict(2, 3), new Written(1).ReadRedis(4, startedAt: 1)).Violated[Promise.ReadsOfRedis]);

    [Fact]
    public void EarlierEviction_ThatReturnedLater_DoesNotHideANewerOne() =>
        Assert.Equal(1, new Written().Evict(2, 3).Evict(0.5, 3.5).ReadRedis(4, startedAt: 1).Check().TotalViolated);

    [Fact]
    public void Version_BelowThatOfTheDatabaseWhenAnEvictionBegan_IsAViolation()
    {
        Assert.Equal(1, new Written().Raise(1, 5).Evict(2, 3).ReadRedis(4, startedAt: 2.5, version: 4).Check().Violated[Promise.ReadsOfRedis]);
        Assert.Equal(0, new Written().Raise(1, 5).Evict(2, 3).ReadRedis(4, startedAt: 2.5, version: 5).Check().TotalViolated);
    }

    [Fact]
    public void Removal_OfAnOlderValue_Counts_UnlessItThrew_OrTheValueWasSet()
    {
        Assert.Equal(1, new Written().Remove(2, 3).ReadRedis(4, startedAt: 1).Check().Violated[Promise.ReadsOfRedis]);
        Assert.Equal(0, new Written().Remove(2, 3, Outcome.Failed).ReadRedis(4, startedAt: 1).Check().TotalViolated);
        Assert.Equal(0, new Written().Remove(2, 3).ReadRedis(4, startedAt: 2.1).Check().TotalViolated);
    }

    [Theory]
    [InlineData(1, 1.1, 1, "the call that set it had returned before the removal began")]
    [InlineData(1, 2.1, 0, "both calls overlapped")]
    [InlineData(1, 1.3, 0, "the call may have ended with its timeout, and the value may have reached Redis later")]
    [InlineData(0.5, 0.6, 0, "nothing is known of the call that set this value")]
    public void Removal_OfAValueThatWasSet_CountsIfTheCallHadReturned(double set, double returned, int violations, string why)
    {
        var verdicts = new Written().ReadRedis(0, 0, Outcome.Fresh).Set(set, returned).Remove(2, 3).ReadRedis(4, startedAt: 1, isSet: true).Check();
        Assert.True(verdicts.TotalViolated == violations, why);
        Assert.Equal(1 - violations, verdicts.NotJudged.Values.Sum());
    }

    [Fact]
    public void Removal_OfAValueThatWasSetDuringAFault_IsNotJudged()
    {
        var history = new Written().ReadRedis(0, 0, Outcome.Fresh).Set(1, 1.1).Remove(12, 13).ReadRedis(14, startedAt: 1, isSet: true);
        Assert.Equal(0, history.Check(new Fault("f", Written.At(1.05), Written.At(2), "", LeasesLost.None)).TotalViolated);
        Assert.Equal(0, history.Check(new Fault("f", Written.At(12.5), Written.At(13), "", LeasesLost.None)).TotalViolated);
        Assert.Equal(1, history.Check(new Fault("f", Written.At(20), Written.At(21), "", LeasesLost.None)).TotalViolated);
    }

    [Fact]
    public void Eviction_InAnotherCache_OrOfAnEntryWithoutTags_ImposesNothing()
    {
        Assert.Equal(0, new Written().Evict(2, 3, tag: Written.Tag + Plan.TagsOfEach).Evict(2, 3, tag: Plan.EverythingOf(1)).ReadRedis(4, startedAt: 1).Check().TotalViolated);
        Assert.All(Enumerable.Range(0, Plan.Tags), static tag => Assert.All(Plan.KeysOf(tag), key => Assert.Equal(tag / Plan.TagsOfEach, Plan.CacheOf(key))));
        Assert.All(Enumerable.Range(0, Plan.Tags).SelectMany(Plan.KeysOf), static key => Assert.NotEqual(KeyUse.Bytes, Plan.UseOf(key)));
    }

    [Fact]
    public void ValueThatWasSet_BeforeAnEviction_IsAViolation_UnlessItsInstanceDidNotKnowOfRedis()
    {
        Assert.Equal(1, new Written().ReadRedis(0.5, 0.1, Outcome.Fresh, version: 9).Set(1, 1).Evict(2, 3).ReadRedis(4, startedAt: 1, isSet: true).Check().TotalViolated);
        Assert.Equal(0, new Written().Set(1, 1).Evict(2, 3).ReadRedis(4, startedAt: 1, isSet: true).Check().TotalViolated);
        Assert.Equal(0, new Written().ReadRedis(0.5, 0.1).Set(1, 1).Evict(2, 3).ReadRedis(4, startedAt: 1, isSet: true).Check().TotalViolated); // the value may just have been computed
    }

    [Fact]
    public void Copy_MayBeTwoSecondsLate_AndIsMeasured()
    {
        var verdicts = new Written().Evict(2, 3).ReadCopy(3.5, startedAt: 1).ReadCopy(4.9, startedAt: 1).ReadCopy(5.1, startedAt: 1).Check();
        Assert.Equal(1, verdicts.Violated[Promise.ReadsOfCopies]);
        Assert.Equal([500, 1_900], verdicts.Staleness.Select(s => Math.Round(s)));
    }

    [Fact]
    public void Copy_OfAnInstanceWithoutRedis_IsNotJudgedWhereItMayGiveItOut()
    {
        var (may, mayNot) = (new Written(9), new Written(8));
        foreach (var history in new[] { may, mayNot })
            history.Evict(2, 3).ReadRedis(9.9, 0, Outcome.Unavailable).ReadCopy(10, startedAt: 1);
        Assert.Equal(0, may.Check().TotalViolated);
        Assert.Equal(1, mayNot.Check().TotalViolated);
        Assert.Equal(1, new Written(9).Evict(2, 3).ReadRedis(8, 0, Outcome.Unavailable).ReadCopy(10, startedAt: 1).Check().TotalViolated);
    }

    [Fact]
    public void ExpiredValue_ThatPassesForFresh_IsAViolation()
    {
        Assert.Equal(1, new Written().Expire(2, 3).ReadRedis(4, startedAt: 1, Outcome.Fresh).Check().Violated[Promise.ExpiredIsNotFresh]);
        Assert.Equal(0, new Written().Expire(2, 3).ReadRedis(4, startedAt: 1, Outcome.Stale).Check().TotalViolated);
    }

    [Fact]
    public void ForeignValue_IsAViolation() =>
        Assert.Equal(1, new Written().ReadRedis(4, startedAt: 1, Outcome.Foreign).Check().Violated[Promise.ValuesOfTheirKeys]);
}
