using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace RedisTagCache.Tests.DependencyInjection;

/// <summary>Where options come from.</summary>
public sealed class OptionsTests
{
    private static readonly (string Name, string? Value)[] _settings =
    [
        ("Configuration", "configured:1,ssl=true"), ("KeyPrefix", "configured"), ("BuildNamespace", "7"), ("IsolateDistributedCacheByBuild", "true"),
        ("OperationTimeout", "00:00:02.5"), ("TagInvalidationRetention", "3.00:00:00"), ("MaxTagInvalidations", "5000"),
        ("MaximumKeyLength", "99"), ("MaximumPayloadBytes", "98"), ("LocalCacheBytes", "97"), ("LocalCacheEntries", "96"), ("AllowLocalReadsWhenDisconnected", "false"),
        ("ConnectionStringName", "cache"), ("Enabled", "false"), ("LeaseDuration", "00:00:07"), ("LeaseTimeout", "00:00:08"), ("FactoryTimeout", "00:00:09"), ("Compression", "GZip"), ("CompressionThreshold", "95"), ("Partitions", "12"),
    ];

    [Fact]
    public void Options_OfTheSection_AreAllBound()
    {
        using var host = TestHost.Create(services => services.AddRedisTagCache(), _settings);
        var options = TestHost.OptionsOf(host);
        Assert.Equal(
            ("configured:1,ssl=true", "configured", "7", true, TimeSpan.FromSeconds(2.5), TimeSpan.FromDays(3), 5_000),
            (options.Configuration, options.KeyPrefix, options.BuildNamespace, options.IsolateDistributedCacheByBuild, options.OperationTimeout, options.TagInvalidationRetention, options.MaxTagInvalidations));
        Assert.Equal(
            (99, 98, 97L, 96, false, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(9)),
            (options.MaximumKeyLength, options.MaximumPayloadBytes, options.LocalCacheBytes, options.LocalCacheEntries, options.AllowLocalReadsWhenDisconnected, options.LeaseDuration, options.LeaseTimeout, options.FactoryTimeout));
        Assert.Equal((CacheCompression.GZip, 95, 12, "cache", false), (options.Compression, options.CompressionThreshold, options.Partitions, options.ConnectionStringName, options.Enabled));
    }

    [Fact]
    public void Section_Always_HoldsEveryOptionThatTextCanSay()
    {
        string[] objects = [nameof(RedisTagCacheOptions.ConfigurationOptions), nameof(RedisTagCacheOptions.Profiles), nameof(RedisTagCacheOptions.ConnectionMultiplexerFactory), nameof(RedisTagCacheOptions.ConfigureConnection), nameof(RedisTagCacheOptions.OnEvent)];
        var options = typeof(RedisTagCacheOptions).GetProperties().Select(property => property.Name).Except(objects);
        Assert.Equal(options.Order(StringComparer.Ordinal), _settings.Select(s => s.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Options_WithoutASection_HaveTheirDocumentedDefaults()
    {
        using var host = TestHost.Create(services => services.AddRedisTagCache(options => options.Configuration = "localhost:1"));
        var options = TestHost.OptionsOf(host);
        Assert.Equal(
            ("rtc", false, TimeSpan.FromSeconds(1.5), TimeSpan.FromDays(7), 100_000, (int?)null),
            (options.KeyPrefix, options.IsolateDistributedCacheByBuild, options.OperationTimeout, options.TagInvalidationRetention, options.MaxTagInvalidations, options.Partitions));
        Assert.Equal(
            (1_024, 1024 * 1024, 64L * 1024 * 1024, 100_000, true, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2)),
            (options.MaximumKeyLength, options.MaximumPayloadBytes, options.LocalCacheBytes, options.LocalCacheEntries, options.AllowLocalReadsWhenDisconnected, options.LeaseDuration, options.LeaseTimeout, options.FactoryTimeout));
        Assert.Equal((CacheCompression.None, 4_096, 0, null, true), (options.Compression, options.CompressionThreshold, options.Profiles.Count, options.ConnectionStringName, options.Enabled));
    }

    [Fact]
    public void Options_WithoutAnyConfiguration_AreTakenFromCode()
    {
        using var services = new Unconnected();
        Assert.Equal("rtc", services.Get<IOptions<RedisTagCacheOptions>>().Value.KeyPrefix);
    }

    [Theory]
    [InlineData("configure add")]
    [InlineData("add configure")]
    [InlineData("add output configure")]
    [InlineData("configure output add")]
    [InlineData("output configure add")]
    [InlineData("add-with")]
    [InlineData("output add-with")]
    [InlineData("add-with output")]
    public void Options_OfCode_WinWhateverTheOrderOfCalls(string calls)
    {
        using var host = TestHost.Create(
            services =>
            {
                foreach (var call in calls.Split(' '))
                {
                    _ = call switch
                    {
                        "configure" => services.Configure<RedisTagCacheOptions>(options => options.KeyPrefix = "code"),
                        "add" => services.AddRedisTagCache(),
                        "add-with" => services.AddRedisTagCache(options => options.KeyPrefix = "code"),
                        _ => services.AddRedisTagOutputCache(),
                    };
                }
            },
            _settings);
        Assert.Equal(("code", 5_000), (TestHost.OptionsOf(host).KeyPrefix, TestHost.OptionsOf(host).MaxTagInvalidations));
    }

    [Fact]
    public void Options_OfSeveralCalls_AddUp()
    {
        using var host = TestHost.Create(
            services =>
            {
                services.AddRedisTagCache(options => (options.KeyPrefix, options.MaxTagInvalidations) = ("first", 2_000));
                services.AddRedisTagOutputCache();
                services.AddRedisTagCache(options => options.KeyPrefix = "second");
            },
            _settings);
        Assert.Equal(("second", 2_000), (TestHost.OptionsOf(host).KeyPrefix, TestHost.OptionsOf(host).MaxTagInvalidations));
    }

    [Theory]
    [InlineData("MaxTagInvalidations", "many")]
    [InlineData("OperationTimeout", "soon")]
    [InlineData("IsolateDistributedCacheByBuild", "perhaps")]
    public async Task Start_WithTextOfAnotherType_NamesTheSetting(string name, string value)
    {
        using var host = TestHost.Create(services => services.AddRedisTagCache(), ("Configuration", "localhost:1"), (name, value));
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());
        Assert.Contains("RedisTagCache:" + name, e.Message, StringComparison.Ordinal);
    }
}
