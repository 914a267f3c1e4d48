using System.Text.RegularExpressions;
using RedisTagCache.Diagnostics;

namespace RedisTagCache.Tests.Diagnostics;

public sealed partial class DimensionValuesTests
{
    [Fact]
    public void Of_EachOutcome_IsItsNameInLowercaseWithUnderscores() =>
        Assert.All(Enum.GetValues<CacheOutcome>().Except([CacheOutcome.None]), outcome => Assert.Equal(Expected(outcome), DimensionValues.Of(outcome)));

    [Fact]
    public void Of_EachMissReason_IsItsNameInLowercaseWithUnderscores() =>
        Assert.All(Enum.GetValues<CacheMissReason>().Except([CacheMissReason.None]), reason => Assert.Equal(Expected(reason), DimensionValues.Of(reason)));

    [Fact]
    public void Of_EachDetail_IsItsNameInLowercaseWithUnderscores() =>
        Assert.All(Enum.GetValues<CacheEventDetail>().Except([CacheEventDetail.None]), detail => Assert.Equal(Expected(detail), DimensionValues.Of(detail)));

    [Fact]
    public void Of_None_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => DimensionValues.Of(CacheOutcome.None));
        Assert.Throws<ArgumentOutOfRangeException>(() => DimensionValues.Of(CacheMissReason.None));
        Assert.Throws<ArgumentOutOfRangeException>(() => DimensionValues.Of(CacheEventDetail.None));
    }

    private static string Expected<T>(T value)
        where T : struct, Enum => WordStart().Replace(value.ToString(), "_").ToLowerInvariant();

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex WordStart();
}
