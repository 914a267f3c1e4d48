using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RedisTagCache.DependencyInjection;
using StackExchange.Redis;

namespace RedisTagCache.Tests.DependencyInjection;

public sealed class OptionsTests
{
    [Fact]
    public void Options_AreBoundFromConfiguration_AndCodeWins_WhateverTheOrder()
    {
        foreach (var codeFirst in new[] { true, false })
        {
            var builder = Builder(("Configuration", "configured:1"), ("KeyPrefix", "configured"), ("OperationTimeout", "00:00:02"), ("MaximumMarks", "5000"), ("IsolateDistributedCacheByBuild", "true"), ("BuildNamespace", "7"));
            if (codeFirst)
                builder.Services.Configure<RedisTagCacheOptions>(o => o.KeyPrefix = "code");
            builder.Services.AddRedisTagCache(o => o.MaximumMarks = 6_000);
            builder.Services.AddRedisTagOutputCache();
            if (!codeFirst)
                builder.Services.Configure<RedisTagCacheOptions>(o => o.KeyPrefix = "code");
            using var host = builder.Build();
            var options = host.Services.GetRequiredService<IOptions<RedisTagCacheOptions>>().Value;
            Assert.Equal(("configured:1", "code", TimeSpan.FromSeconds(2), 6_000, true, "7"), (options.Configuration, options.KeyPrefix, options.OperationTimeout, options.MaximumMarks, options.IsolateDistributedCacheByBuild, options.BuildNamespace));
        }
    }

    [Theory]
    [InlineData("KeyPrefix", "a b", "'a b'", "1 to 64")]
    [InlineData("KeyPrefix", "{a}", "'{a}'", "1 to 64")]
    [InlineData("KeyPrefix", "", "''", "1 to 64")]
    [InlineData("OperationTimeout", "00:00:00.009", "'00:00:00.0090000'", "00:00:00.0100000 to 00:01:00")]
    [InlineData("OperationTimeout", "00:01:01", "'00:01:01'", "00:00:00.0100000 to 00:01:00")]
    [InlineData("MarkRetention", "00:00:59", "'00:00:59'", "00:01:00 to 365.00:00:00")]
    [InlineData("MaximumMarks", "999", "'999'", "1000 to 10000000")]
    [InlineData("MaximumMarks", "10000001", "'10000001'", "1000 to 10000000")]
    [InlineData("Configuration", "", "a StackExchange.Redis connection string", "localhost:6379")]
    [InlineData("Configuration", "host,nonsense=1,password=secret", "Configuration is not a connection string", "localhost:6379")]
    public async Task Start_WithAnOptionOutOfRange_NamesOptionValueAndRange(string option, string value, string shown, string range)
    {
        var builder = Builder((option, value), ("Configuration", "localhost:1"));
        builder.Services.AddRedisTagCache();
        using var host = builder.Build();
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Contains("RedisTagCacheOptions." + option, error.Message, StringComparison.Ordinal);
        Assert.Contains(shown, error.Message, StringComparison.Ordinal);
        Assert.Contains(range, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithSeveralErrors_NamesAll()
    {
        var builder = Builder();
        builder.Services.AddRedisTagCache(o => (o.KeyPrefix, o.MaximumMarks, o.BuildNamespace) = ("", 0, new string('b', 129)));
        using var host = builder.Build();
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        foreach (var text in new[] { "KeyPrefix", "MaximumMarks", "BuildNamespace", "says nothing of a connection" })
            Assert.Contains(text, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithAMultiplexerInTheContainer_IsFine_AndDoesNotCreateIt()
    {
        var builder = Builder();
        builder.Services.AddSingleton<IConnectionMultiplexer>(_ => throw new InvalidOperationException("created"));
        builder.Services.AddRedisTagCache();
        using var host = builder.Build();
        await host.StartAsync();
        Assert.NotNull(host.Services.GetRequiredService<ITagCacheStore>());
        await host.StopAsync();
    }

    [Fact]
    public void Complete_KeepsWhatTheUserSet_AndFillsTheRest()
    {
        var given = ConfigurationOptions.Parse("a:1,name=me,ssl=true,user=u,password=p,defaultDatabase=3,syncTimeout=77,asyncTimeout=88,connectTimeout=99,abortConnect=true");
        RedisConnector.Complete(given, TimeSpan.FromSeconds(1));
        Assert.Equal(("me", true, "u", "p", 3, 77, 88, 99, true), (given.ClientName, given.Ssl, given.User, given.Password, given.DefaultDatabase, given.SyncTimeout, given.AsyncTimeout, given.ConnectTimeout, given.AbortOnConnectFail));

        var open = ConfigurationOptions.Parse("a:1");
        RedisConnector.Complete(open, TimeSpan.FromSeconds(1));
        Assert.Equal((1_000, false, BacklogPolicy.FailFast), (open.SyncTimeout, open.AbortOnConnectFail, open.BacklogPolicy));
    }

    private static HostApplicationBuilder Builder(params (string Name, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings.DistinctBy(s => s.Name).Select(s => KeyValuePair.Create("RedisTagCache:" + s.Name, (string?)s.Value)));
        return builder;
    }
}
