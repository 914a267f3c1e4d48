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
    [InlineData(",", "has no endpoint")]
    [InlineData("password=hunter2", "has no endpoint")]
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
        Assert.Contains($"RedisTagCacheOptions.Configuration {problem}. It must be a StackExchange.Redis connection string such as 'localhost:6379'", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", e.ToString(), StringComparison.Ordinal);
        Assert.Null(e.InnerException);
    }

    [Theory]
    [InlineData("redis://hunter2")]
    [InlineData("redis://localhost:6379")]
    [InlineData("REDIS://localhost:6379")]
    [InlineData("rediss://user:hunter2@localhost:6380/0")]
    [InlineData(" redis://localhost:6379")]
    [InlineData("tcp://localhost:6379")]
    [InlineData("http://localhost:6379,password=hunter2")]
    [InlineData("localhost:6379,redis://localhost:6380")]
    [InlineData("redis:localhost:6379")]
    [InlineData("user:hunter2@localhost:6379")]
    [InlineData("localhost:6379/0,password=hunter2")]
    [InlineData("local host:6379,password=hunter2")]
    public async Task Start_WithAUri_SaysWhatTheFormMustBeAndRepeatsNothingOfIt(string configuration)
    {
        foreach (var configure in (Action<RedisTagCacheOptions>[])
        [
            options => options.Configuration = configuration,
            options =>
            {
                options.ConfigurationOptions = new ConfigurationOptions();
                foreach (var endPoint in configuration.Split(',')[..(configuration.Contains(",redis", StringComparison.Ordinal) ? 2 : 1)])
                    options.ConfigurationOptions.EndPoints.Add(new System.Net.DnsEndPoint(endPoint, 0));
            },
        ])
        {
            var e = await TestHost.RefusedAsync(configure);
            Assert.Contains("host:port", e.Message, StringComparison.Ordinal);
            Assert.Contains("'cache.example.org:6380,ssl=true,user=NAME,password=SECRET'", e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", e.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("localhost:6379,localhost:6380")]
    [InlineData("127.0.0.1:6379")]
    [InlineData("[::1]:6379")]
    [InlineData("::1")]
    [InlineData("!/run/redis.sock")]
    [InlineData("my-cache_1.example.org:6379,ssl=true,password=a/b://c@d")]
    [InlineData("sentinel:26379,serviceName=main")]
    public Task Start_WithAHost_IsAccepted(string configuration) => TestHost.StartsAsync(null, ("Configuration", configuration));

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
    public async Task Start_WithAMultiplexerOfANamedCache_DoesNotCreateIt()
    {
        using var host = TestHost.Create(services =>
        {
            services.AddKeyedSingleton<IConnectionMultiplexer>("catalog", (_, _) => throw new InvalidOperationException("It was created."));
            services.AddRedisTagCache("catalog");
            services.AddRedisTagCache(static options => options.Configuration = "localhost:1");
        });
        await host.StartAsync();
        Assert.NotNull(host.Services.GetRequiredKeyedService<ITagCacheStore>("catalog"));
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
