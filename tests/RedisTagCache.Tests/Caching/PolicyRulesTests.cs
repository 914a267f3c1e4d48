using System.Globalization;
using RedisTagCache.Caching;

namespace RedisTagCache.Tests.Caching;

/// <summary>Both ends of every range, by what the message says of them.</summary>
public sealed class PolicyRulesTests
{
    private const string Times = "between 00:00:00 and 3650.00:00:00", Hour = "between 00:00:00.0010000 and 01:00:00";

    [Theory]
    [InlineData("Lifetime", "00:00:00.0009999", "between 00:00:00.0010000 and 3650.00:00:00")]
    [InlineData("Lifetime", "3650.00:00:00.0000001", "between 00:00:00.0010000 and 3650.00:00:00")]
    [InlineData("Lifetime", "-00:00:01", "between 00:00:00.0010000 and 3650.00:00:00")]
    [InlineData("StaleWindow", "-00:00:00.0000001", Times)]
    [InlineData("StaleWindow", "3650.00:00:00.0000001", Times)]
    [InlineData("FailSafeWindow", "-00:00:00.0000001", Times)]
    [InlineData("FailSafeWindow", "3650.00:00:00.0000001", Times)]
    [InlineData("LocalLifetime", "-00:00:00.0000001", Times)]
    [InlineData("LocalLifetime", "3650.00:00:00.0000001", Times)]
    [InlineData("FactorySoftTimeout", "00:00:00.0009999", Hour)]
    [InlineData("FactorySoftTimeout", "01:00:00.0000001", Hour)]
    [InlineData("RetryDelay", "-00:00:00.0000001", "between 00:00:00 and 01:00:00")]
    [InlineData("RetryDelay", "01:00:00.0000001", "between 00:00:00 and 01:00:00")]
    [InlineData("EagerRefresh", "0.0999", "between 0.1 and 0.99")]
    [InlineData("EagerRefresh", "0.9901", "between 0.1 and 0.99")]
    [InlineData("EagerRefresh", "NaN", "between 0.1 and 0.99")]
    [InlineData("Jitter", "-0.0001", "between 0 and 0.9")]
    [InlineData("Jitter", "0.9001", "between 0 and 0.9")]
    [InlineData("Jitter", "Infinity", "between 0 and 0.9")]
    public void Check_OfAValueOutOfRange_NamesPropertyRangeAndValue(string property, string value, string range) =>
        Assert.Equal((property, $"{property} must be {range}, but was {value}."), Check(property, value));

    [Theory]
    [InlineData("Lifetime", "00:00:00.0010000")]
    [InlineData("Lifetime", "3650.00:00:00")]
    [InlineData("StaleWindow", "00:00:00")]
    [InlineData("StaleWindow", "3650.00:00:00")]
    [InlineData("FailSafeWindow", "00:00:00")]
    [InlineData("FailSafeWindow", "3650.00:00:00")]
    [InlineData("LocalLifetime", "00:00:00")]
    [InlineData("LocalLifetime", "3650.00:00:00")]
    [InlineData("FactorySoftTimeout", "00:00:00.0010000")]
    [InlineData("FactorySoftTimeout", "01:00:00")]
    [InlineData("RetryDelay", "00:00:00")]
    [InlineData("RetryDelay", "01:00:00")]
    [InlineData("EagerRefresh", "0.1")]
    [InlineData("EagerRefresh", "0.99")]
    [InlineData("Jitter", "0")]
    [InlineData("Jitter", "0.9")]
    public void Check_OfAValueAtTheEdge_IsContent(string property, string value) => Assert.Null(Check(property, value));

    [Fact]
    public void Check_OfAPolicyThatSetsNothing_IsContent() => Assert.Null(PolicyRules.Check(new CachePolicy()));

    private static (string Property, string Problem)? Check(string property, string value)
    {
        var policy = new CachePolicy();
        var target = typeof(CachePolicy).GetProperty(property)!;
        target.SetValue(policy, target.PropertyType == typeof(TimeSpan?) ? TimeSpan.Parse(value, CultureInfo.InvariantCulture) : double.Parse(value, CultureInfo.InvariantCulture));
        return PolicyRules.Check(policy);
    }
}
