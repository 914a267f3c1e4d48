using RedisTagCache.SingleFlight;

namespace RedisTagCache.Tests.SingleFlight;

public sealed class MissForecastTests
{
    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(27, 0, false)]
    [InlineData(28, 0, true)]
    [InlineData(1_000, 0, true)]
    [InlineData(32, 4, true)]
    [InlineData(32, 5, false)]
    [InlineData(1_000, 1_000, false)]
    public void AreExpected_AfterMissesAndThenHits_FollowsTheLatest32(int misses, int hits, bool expected)
    {
        var forecast = new MissForecast();
        for (var i = 0; i < misses; i++)
            forecast.Add(isMiss: true);
        for (var i = 0; i < hits; i++)
            forecast.Add(isMiss: false);
        Assert.Equal(expected, forecast.AreExpected);
    }
}
