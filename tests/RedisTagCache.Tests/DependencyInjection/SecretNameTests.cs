using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RedisTagCache.Tests.Hosting;

namespace RedisTagCache.Tests.DependencyInjection;

/// <summary>A connection string in place of a name: the error says where it belongs, and does not repeat it, because it may contain a password.</summary>
public sealed class SecretNameTests
{
    public static TheoryData<string> ConnectionStrings =>
    [
        "cache.example.org:6380,password=hunter2", "cache.example.org,hunter2", "password=hunter2", "redis://:hunter2@cache.example.org:6380", "Server=db;Password=hunter2",
    ];

    [Theory]
    [MemberData(nameof(ConnectionStrings))]
    public void Add_WithAConnectionStringAsACacheName_SaysWhichOptionTakesIt(string text)
    {
        Action<IServiceCollection>[] calls =
        [
            services => services.AddRedisTagCache(text),
            services => services.AddRedisTagOutputCache(cacheName: text),
            services => services.AddHealthChecks().AddRedisTagCache(cacheName: text),
            services => services.AddHealthChecks().AddRedisTagCacheOutbox(cacheName: text),
            services => services.AddRedisTagCacheOutbox(text),
        ];
        Assert.All(calls, call => AssertRefused(
            Assert.ThrowsAny<ArgumentException>(() => call(new ServiceCollection())), "The name of a cache must be", nameof(RedisTagCacheOptions) + "." + nameof(RedisTagCacheOptions.Configuration)));
        AssertRefused(Assert.ThrowsAny<ArgumentException>(() => HostedCacheTests.Builder().AddKeyedRedisTagCache(text)), "RedisTagCacheOptions.Configuration");
    }

    [Theory]
    [MemberData(nameof(ConnectionStrings))]
    public void AddHealthCheck_WithAConnectionStringAsItsName_SaysWhichOptionTakesIt(string text)
    {
        var checks = new ServiceCollection().AddHealthChecks();
        AssertRefused(Assert.ThrowsAny<ArgumentException>(() => checks.AddRedisTagCache(text)), "The name of a health check", "RedisTagCacheOptions.Configuration");
        AssertRefused(Assert.ThrowsAny<ArgumentException>(() => checks.AddRedisTagCacheOutbox(text)), "The name of a health check", "RedisTagCacheOptions.Configuration");
    }

    [Theory]
    [MemberData(nameof(ConnectionStrings))]
    public async Task Start_WithAConnectionStringAsConnectionStringName_SaysWhichOptionTakesIt(string text)
    {
        AssertRefused(await TestHost.RefusedAsync(null, ("ConnectionStringName", text)), "RedisTagCacheOptions.ConnectionStringName", "RedisTagCacheOptions.Configuration");
        AssertRefused(await TestHost.RefusedAsync(options => options.ConnectionStringName = text), "RedisTagCacheOptions.ConnectionStringName", "RedisTagCacheOptions.Configuration");
    }

    [Theory]
    [MemberData(nameof(ConnectionStrings))]
    public async Task Start_OfABuilderWithAConnectionStringAsConnectionName_SaysWhichSettingTakesIt(string text)
    {
        var builder = HostedCacheTests.Builder();
        builder.AddRedisTagCache(text);
        using var host = builder.Build();
        AssertRefused(await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync()), "The cache 'default'", "'connectionName'", "RedisTagCacheSettings.ConnectionString");
    }

    [Theory]
    [MemberData(nameof(ConnectionStrings))]
    public void Add_WithAConnectionStringAsOneOfTwoConnectionNames_SaysWhichSettingTakesIt(string text)
    {
        foreach (var (first, second) in new[] { ("cache", text), (text, "cache"), (text, text + "x") })
        {
            var builder = HostedCacheTests.Builder();
            builder.AddRedisTagCache(first);
            AssertRefused(Assert.Throws<InvalidOperationException>(() => builder.AddRedisTagCache(second)), "'connectionName'", "RedisTagCacheSettings.ConnectionString");
        }
    }

    [Theory]
    [MemberData(nameof(ConnectionStrings))]
    public async Task Start_WithAConnectionStringAsAPrefix_DoesNotRepeatIt(string text) =>
        AssertRefused(await TestHost.RefusedAsync(null, ("Configuration", "localhost:1"), ("KeyPrefix", text)), "RedisTagCacheOptions.KeyPrefix must be", "RedisTagCacheOptions.Configuration");

    [Fact]
    public async Task Start_WithAConnectionStringNameThatLooksLikeOne_IsAcceptedIfItIsFound()
    {
        var builder = HostedCacheTests.Builder(("ConnectionStrings:a=b", "localhost:1"));
        builder.AddRedisTagCache("a=b");
        using var host = builder.Build();
        await host.StartAsync();
        Assert.Equal("localhost:1", TestHost.OptionsOf(host).Configuration);
        await host.StopAsync();
    }

    private static void AssertRefused(Exception e, params string[] says)
    {
        Assert.DoesNotContain("hunter2", e.ToString(), StringComparison.Ordinal);
        Assert.Contains("looks like a connection string", e.Message, StringComparison.Ordinal);
        Assert.All(says, text => Assert.Contains(text, e.Message, StringComparison.Ordinal));
    }
}
