using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RedisTagCache.AspNetCore;
using RedisTagCache.DependencyInjection.Configuration;
using RedisTagCache.Hosting;

namespace RedisTagCache.Tests.DependencyInjection;

/// <summary>A key in the configuration that means nothing stops the host, and the error names the key that was probably meant.</summary>
public sealed class ConfigurationKeyTests
{
    [Theory]
    [InlineData("KeyPrefx", "KeyPrefix")]
    [InlineData("keyprefix ", "KeyPrefix")]
    [InlineData("Prefix", "KeyPrefix")]
    [InlineData("Key-Prefix", "KeyPrefix")]
    [InlineData("ConnectionString", "Configuration")]
    [InlineData("ConnectionString", "ConnectionStringName")]
    [InlineData("Conection", "Configuration")]
    [InlineData("OperationTimeOutt", "OperationTimeout")]
    [InlineData("Profile:articles:Lifetime", "Profiles")]
    [InlineData("OutputCach:StaleWindow", "OutputCache")]
    [InlineData("Profiles:articles:Lifetme", "Lifetime")]
    [InlineData("Profiles:articles:TimeToLive", "Lifetime")]
    [InlineData("KeyPrefix:Value", "RedisTagCache:KeyPrefix")]
    [InlineData("Profiles:articles:Lifetime:Value", "RedisTagCache:Profiles:articles:Lifetime")]
    public async Task Start_WithAMisspelledKey_NamesItAndTheNearestOne(string key, string nearest)
    {
        var named = key.StartsWith("Profiles:", StringComparison.Ordinal) || key.EndsWith(":Value", StringComparison.Ordinal) ? key.Replace(":Value", "", StringComparison.Ordinal) : key.Split(':')[0];
        var e = await TestHost.RefusedAsync(null, ("Configuration", "localhost:1,password=hunter2"), (key, "hunter2"));
        Assert.Contains("'RedisTagCache:" + named + "'", e.Message, StringComparison.Ordinal);
        Assert.Contains(nearest, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", e.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OnEvent")]
    [InlineData("ConfigurationOptions:Ssl")]
    [InlineData("ConnectionMultiplexerFactory")]
    public async Task Start_WithAnOptionOfCode_SaysThatItIsOne(string key)
    {
        var e = await TestHost.RefusedAsync(null, ("Configuration", "localhost:1"), (key, "true"));
        Assert.Contains("can be set in code only", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithAValueInPlaceOfTheSection_IsRefused()
    {
        foreach (var section in (string[])["RedisTagCache", "RedisTagCache:Profiles", "RedisTagCache:Profiles:articles"])
        {
            var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
            builder.Configuration.AddInMemoryCollection([new(section, "hunter2")]);
            builder.Services.AddRedisTagCache(static options => options.Configuration = "localhost:1");
            using var host = builder.Build();
            var e = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
            Assert.Contains($"'{section}'", e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Start_WithSeveralMisspelledKeys_NamesAllOfThem()
    {
        var e = await TestHost.RefusedAsync(null, ("Configuration", "localhost:1"), ("KeyPrefx", "a"), ("LeaseWat", "b"));
        Assert.Contains("KeyPrefx", e.Message, StringComparison.Ordinal);
        Assert.Contains("LeaseWat", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("KeyPrefx", "KeyPrefix")]
    [InlineData("Profiles:articles:Lifetme", "Lifetime")]
    [InlineData("OutputCache:StaleWindw", "StaleWindow")]
    public async Task Start_WithAMisspelledCommonKeyAndNamedCachesOnly_NamesItOnce(string key, string nearest)
    {
        using var host = TestHost.Create(static services => services.AddRedisTagCache("catalog").AddRedisTagCache("sessions"), ("Configuration", "localhost:1"), (key, "hunter2"));
        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.StartsWith("The configuration key 'RedisTagCache:" + key + "' is not known", e.Message, StringComparison.Ordinal);
        Assert.Contains(nearest, e.Message, StringComparison.Ordinal);
        Assert.Single(e.Failures);
    }

    [Theory]
    [InlineData("KEYPREFIX", "a")]
    [InlineData("keyprefix", "a")]
    [InlineData("Profiles:articles:lifetime", "00:01:00")]
    [InlineData("OutputCache:StaleWindow", "00:01:00")]
    public Task Start_WithAKnownKeyInAnyCase_IsAccepted(string key, string value) => TestHost.StartsAsync(null, ("Configuration", "localhost:1"), (key, value));

    [Theory]
    [InlineData("OutputCache:StaleWindw", "StaleWindow")]
    [InlineData("OutputCache:RenderWat", "RenderTimeout")]
    [InlineData("OutputCache:StaleWindow:Value", "RedisTagCache:OutputCache:StaleWindow")]
    public async Task Start_WithAMisspelledKeyOfPages_NamesItAndTheNearestOne(string key, string nearest)
    {
        using var host = TestHost.Create(static services => services.AddRedisTagOutputCache(), ("Configuration", "localhost:1"), (key, "hunter2"));
        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Contains("'RedisTagCache:" + key.Split(":Value")[0] + "'", e.Message, StringComparison.Ordinal);
        Assert.Contains(nearest, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void KnownKeys_Always_AreTheOptions()
    {
        Assert.Equal(NamesOf(typeof(ConfigureFromConfiguration.BindableOptions)).Order(StringComparer.Ordinal), ConfigurationKeys.OfOptions.Order(StringComparer.Ordinal));
        Assert.Equal(["Caches", "OutputCache"], ConfigurationKeys.OfSection.Except(ConfigurationKeys.OfCache).Order(StringComparer.Ordinal));
        Assert.Equal(NamesOf(typeof(RedisTagCacheSettings)).Except([nameof(RedisTagCacheSettings.ConnectionString)]).Order(StringComparer.Ordinal), ConfigurationKeys.OfHosting.Order(StringComparer.Ordinal));
        Assert.Equal(ConfigurationKeys.OfOptions.Concat(ConfigurationKeys.OfHosting), ConfigurationKeys.OfCache);
        Assert.Equal(NamesOf(typeof(BindableProfile)).Order(StringComparer.Ordinal), ConfigurationKeys.OfProfiles.Order(StringComparer.Ordinal));
        Assert.Equal(NamesOf(typeof(RedisTagOutputCacheOptions)).Except([nameof(RedisTagOutputCacheOptions.PrepareRefresh)]).Order(StringComparer.Ordinal), ConfigurationKeys.OfPages.Order(StringComparer.Ordinal));
        Assert.Equal(
            NamesOf(typeof(RedisTagCacheOptions)).Except(NamesOf(typeof(ConfigureFromConfiguration.BindableOptions))).Order(StringComparer.Ordinal),
            ConfigurationKeys.OfCode.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> NamesOf(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(static property => property.Name);
}
