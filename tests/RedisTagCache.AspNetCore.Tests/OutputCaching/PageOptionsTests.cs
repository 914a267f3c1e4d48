using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace RedisTagCache.AspNetCore.Tests.OutputCaching;

public sealed class PageOptionsTests
{
    public static TheoryData<string, string, string> OutOfRange => new()
    {
        { nameof(RedisTagOutputCacheOptions.StaleWindow), "-00:00:01", "between 00:00:00 and 365.00:00:00" },
        { nameof(RedisTagOutputCacheOptions.StaleWindow), "366.00:00:00", "between 00:00:00 and 365.00:00:00" },
        { nameof(RedisTagOutputCacheOptions.RenderTimeout), "-00:00:01", "between 00:00:00 and 00:10:00" },
        { nameof(RedisTagOutputCacheOptions.RenderTimeout), "00:10:01", "between 00:00:00 and 00:10:00" },
        { nameof(RedisTagOutputCacheOptions.UncacheableDuration), "00:00:00.5", "between 00:00:01 and 01:00:00" },
        { nameof(RedisTagOutputCacheOptions.RetryDelay), "01:00:01", "between 00:00:01 and 01:00:00" },
        { nameof(RedisTagOutputCacheOptions.RefreshTimeout), "00:00:00", "between 00:00:01 and 01:00:00" },
        { nameof(RedisTagOutputCacheOptions.LocalCacheBytes), "-1", "between 0 and 68719476736" },
        { nameof(RedisTagOutputCacheOptions.LocalCacheBytes), "68719476737", "between 0 and 68719476736" },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void Value_OutOfRange_IsRefused_WithItsNameAndRange(string option, string value, string range)
    {
        var error = Assert.Throws<OptionsValidationException>(() => Options((option, value)));
        Assert.Contains(option, error.Message, StringComparison.Ordinal);
        Assert.Contains(range, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Section_IsBound_AndCodeWins()
    {
        var options = Options(("StaleWindow", "00:01:00"), ("RenderTimeout", "00:00:03"), ("UncacheableDuration", "00:00:04"), ("RetryDelay", "00:00:05"),
            ("RefreshTimeout", "00:00:06"), ("AddCacheStatusHeader", "true"), ("LocalCacheBytes", "1024"));
        Assert.Equal(
            (TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(6), true, 1_024),
            (options.StaleWindow, options.RenderTimeout, options.UncacheableDuration, options.RetryDelay, options.RefreshTimeout, options.AddCacheStatusHeader, options.LocalCacheBytes));
        Assert.Equal(TimeSpan.FromSeconds(7), Options(o => o.RenderTimeout = TimeSpan.FromSeconds(7), ("RenderTimeout", "00:00:03")).RenderTimeout);
    }

    [Fact]
    public void Pipeline_WithoutTheServices_IsRefused()
    {
        using var app = WebApplication.CreateSlimBuilder().Build();
        Assert.Contains("AddRedisTagOutputCache", Assert.Throws<InvalidOperationException>(app.UseRedisTagOutputCache).Message, StringComparison.Ordinal);
    }

    private static RedisTagOutputCacheOptions Options(params (string Name, string Value)[] values) => Options(null, values);

    private static RedisTagOutputCacheOptions Options(Action<RedisTagOutputCacheOptions>? configure, params (string Name, string Value)[] values)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(values.Select(value => KeyValuePair.Create("RedisTagCache:OutputCache:" + value.Name, (string?)value.Value)));
        builder.Services.AddRedisTagOutputCache(configurePages: configure);
        using var app = builder.Build();
        return app.Services.GetRequiredService<IOptions<RedisTagOutputCacheOptions>>().Value;
    }
}
