using RedisTagCache.Diagnostics.Advice;

namespace RedisTagCache.Tests.Diagnostics;

public sealed class AdviceRuleTests
{
    private static readonly DateTimeOffset _noon = new(2024, 1, 2, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("used_memory:10\r\nmaxmemory:100\r\nmaxmemory_policy:noeviction\r\n", "NoEviction")]
    [InlineData("used_memory:95\r\nmaxmemory:100\r\nmaxmemory_policy:noeviction\r\n", "Full")]
    [InlineData("used_memory:99\nmaxmemory:0\nmaxmemory_policy:noeviction\n", "Unlimited")]
    [InlineData("used_memory:99\nmaxmemory:100\nmaxmemory_policy:volatile-ttl\n", "None")]
    [InlineData("used_memory:99\nmaxmemory:1199999\nmaxmemory_policy:allkeys-random\n", "AnyKeyOfFew")]
    [InlineData("used_memory:99\nmaxmemory:1200000\nmaxmemory_policy:allkeys-random\n", "AnyKey")]
    [InlineData("used_memory:99\nmaxmemory:100\n", "Unknown")]
    [InlineData("maxmemory:100\nmaxmemory_policy:noeviction\n", "Unknown")]
    [InlineData("", "Unknown")]
    public void RiskOf_AReport_DependsOnLimitAndPolicy(string info, string expected) => Assert.Equal(expected, MemoryAdvice.RiskOf(ServerReport.Parse(info), 1_000).ToString());

    [Theory]
    [InlineData("redis_version:5.0.14", "5.0")]
    [InlineData("redis_version:6.0.0", null)]
    [InlineData("redis_version:7.2.4\nvalkey_version:8.0.1", null)]
    [InlineData("redis_version:5.0.14\ngarnet_version:1.0.0", null)]
    [InlineData("redis_version:unknown", null)]
    [InlineData("", null)]
    public void TooOld_OfAReport_IsTheVersionBefore6(string info, string? expected)
    {
        var server = ServerReport.Parse(info);
        Assert.Equal(expected, ServerAdvice.TooOld(server.Engine, server.Version)?.ToString(2));
    }

    [Theory]
    [InlineData("rdb_last_bgsave_status:ok\naof_last_write_status:ok", false)]
    [InlineData("rdb_last_bgsave_status:err\naof_last_write_status:ok", true)]
    [InlineData("rdb_last_bgsave_status:ok\naof_last_write_status:err", true)]
    [InlineData("", false)]
    public void IsPersistenceFailing_OfAReport_IsTrueAfterAnError(string info, bool expected) => Assert.Equal(expected, ServerAdvice.IsPersistenceFailing(ServerReport.Parse(info)));

    [Theory]
    [InlineData(-1.0, 1)]
    [InlineData(0.0, 0)]
    [InlineData(4.0, 0)]
    [InlineData(7.0, 3)]
    public void ClockDifference_OfAServer_IsAtLeastWhatTheRoundTripLeaves(double there, int expected) =>
        Assert.Equal(TimeSpan.FromSeconds(expected), ServerAdvice.ClockDifference(_noon.AddSeconds(there), _noon, _noon.AddSeconds(4)));

    [Theory]
    [InlineData(2.0, false)]
    [InlineData(2.1, true)]
    [InlineData(-2.1, true)]
    public void AreClocksApart_ByMoreThanTwoSeconds_IsTrue(double seconds, bool expected) => Assert.Equal(expected, ServerAdvice.AreClocksApart(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Time_OfAReport_IsInMicroseconds() => Assert.Equal(_noon.AddMicroseconds(7), ServerReport.Parse($"server_time_usec:{_noon.ToUnixTimeSeconds()}000007\r\n").Time);

    [Fact]
    public void Link_ToAPage_NamesItsFile() => Assert.EndsWith("docs/operations.md#memory", MemoryAdvice.Page.ToString(), StringComparison.Ordinal);
}
