using RedisTagCache.AspNetCore.Diagnostics;

namespace RedisTagCache.AspNetCore.Tests.Diagnostics;

public sealed class PageDimensionValuesTests
{
    [Fact]
    public void Of_EachOutcome_IsItsNameInLowercase() =>
        Assert.All(Enum.GetValues<PageRefreshOutcome>(), outcome => Assert.Equal($"{outcome}".ToLowerInvariant(), PageDimensionValues.Of(outcome)));
}
