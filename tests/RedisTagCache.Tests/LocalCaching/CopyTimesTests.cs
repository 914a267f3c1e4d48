using RedisTagCache.LocalCaching;

namespace RedisTagCache.Tests.LocalCaching;

public sealed class CopyTimesTests
{
    [Theory]
    [InlineData(10, 40, 50, 10)]
    [InlineData(40, 10, 50, 10)]
    [InlineData(40, 50, 10, 10)]
    [InlineData(40, 50, long.MaxValue, 40)]
    [InlineData(-5, -6, -7, -7)]
    public void QuietUntil_Always_EndsWithTheFirstThingToDo(long freshUntil, long askedUntil, long eagerAt, long expected) =>
        Assert.Equal(expected, new CopyTimes(freshUntil, StaleUntil: 1, EndsAt: 2, askedUntil, eagerAt).QuietUntil);
}
