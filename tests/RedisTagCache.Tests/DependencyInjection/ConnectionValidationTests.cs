using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace RedisTagCache.Tests.DependencyInjection;

/// <summary>A connection has to be named, and no part of it is ever repeated.</summary>
public sealed class ConnectionValidationTests
{
    [Fact]
    public async Task Start_WithoutAnyConnection_NamesEveryWayToGiveOne()
    {
        var e = await TestHost.RefusedAsync(null);
        Assert.All(
            ["RedisTagCacheOptions", "Configuration", "RedisTagCache:Configuration", "ConfigurationOptions", "ConnectionMultiplexerFactory", "IConnectionMultiplexer"],
            name => Assert.Contains(name, e.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "is not a connection string")]
    [InlineData(" ", "is not a connection string")]
    [InlineData(",", "names no end point")]
    [InlineData("password=hunter2", "names no end point")]
    [InlineData("localhost:1,password=hunter2,syncTimeout=hunter2", "is not a connection string")]
    [InlineData("localhost:1,password=hunter2,syncTimeout=-1", "is not a connection string")]
    [InlineData("localhost:1,password=hunter2,passwort=hunter2", "is not a connection string")]
    [InlineData("localhost:1,password=hunter2,ssl=hunter2", "is not a connection string")]
    [InlineData("localhost:1,password=hunter2,defaultDatabase=99999999999", "is not a connection string")]
    [InlineData("localhost:1,password=hunter2,proxy=hunter2", "is not a connection string")]
    [InlineData("localhost:1,password=hunter2,version=hunter2", "is not a connection string")]
    [InlineData("localhost:1,password=hunter2,sslProtocols=hunter2", "is not a connection string")]
    [InlineData("localhost:1,password=hunter2,protocol=hunter2", "is not a connection string")]
    public async Task Start_WithABadConnectionString_SaysSoAndRepeatsNothingOfIt(string configuration, string problem)
    {
        var e = await TestHost.RefusedAsync(null, ("Configuration", configuration));
        Assert.Contains($"RedisTagCacheOptions.Configuration {problem}; accepted: a StackExchange.Redis connection string such as 'localhost:6379'", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", e.ToString(), StringComparison.Ordinal);
        Assert.Null(e.InnerException);
    }

    [Fact]
    public async Task Start_WithAMangledConnectionString_IsRefusedOrAcceptedAndNeverAnythingElse()
    {
        const string Whole = "localhost:6379,name=me,ssl=true,user=u,password=hunter2,defaultDatabase=3,syncTimeout=77,protocol=resp3,sslProtocols=Tls12,version=7.0,proxy=None,tunnel=http:p:1";
        var random = new Random(6);
        var refused = 0;
        for (var i = 0; i < 500; i++)
        {
            var text = Whole.ToCharArray();
            for (var changes = random.Next(1, 6); changes > 0; changes--)
                text[random.Next(text.Length)] = "=,:;/@ %1x-"[random.Next(11)];
            using var host = TestHost.Create(services => services.AddRedisTagCache(), ("Configuration", new string(text)));
            var e = await Record.ExceptionAsync(() => host.StartAsync());
            if (e is null)
                continue;
            refused++;
            Assert.IsType<OptionsValidationException>(e);
            Assert.DoesNotContain("hunter", e.ToString(), StringComparison.Ordinal);
        }

        Assert.InRange(refused, 50, 499);
    }

    [Fact]
    public Task Start_WithAFactory_LooksAtNothingElseAndDoesNotCallIt() => TestHost.StartsAsync(options =>
    {
        options.ConnectionMultiplexerFactory = () => throw new InvalidOperationException("It was called.");
        options.ConfigurationOptions = new ConfigurationOptions();
        options.Configuration = "password=hunter2";
    });

    [Fact]
    public Task Start_WithConfigurationOptions_DoesNotLookAtTheString() => TestHost.StartsAsync(options =>
    {
        options.ConfigurationOptions = new ConfigurationOptions { EndPoints = { "localhost:1" } };
        options.Configuration = "password=hunter2";
    });

    [Fact]
    public async Task Start_WithAMultiplexerInTheContainer_DoesNotCreateIt()
    {
        using var host = TestHost.Create(services =>
        {
            services.AddSingleton<IConnectionMultiplexer>(_ => throw new InvalidOperationException("It was created."));
            services.AddRedisTagCache();
        });
        await host.StartAsync();
        Assert.NotNull(host.Services.GetRequiredService<ITagCacheStore>());
        await host.StopAsync();
    }

    [Fact]
    public async Task Start_WithAKeyedMultiplexerOnly_IsWithoutAConnection()
    {
        using var host = TestHost.Create(services =>
        {
            services.AddKeyedSingleton<IConnectionMultiplexer>("other", (_, _) => throw new InvalidOperationException("It was created."));
            services.AddRedisTagCache();
        });
        await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
    }
}
