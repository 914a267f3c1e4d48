using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.Management;
using StackExchange.Redis;

namespace RedisTagCache.Testing.Tests;

/// <summary>A check of a server that responds late to each of its steps.</summary>
public sealed class SlowCheckTests
{
    [Fact]
    public async Task CheckAsync_WithASlowConnectionAndASlowAnswer_WaitsForOneTimeoutInAll()
    {
        await using var server = new InMemoryRedis();
        // Each step alone is within the timeout.
        await using var services = new ServiceCollection()
            .AddRedisTagCache(options =>
            {
                options.OperationTimeout = TimeSpan.FromSeconds(1);
                options.ConnectionMultiplexerFactory = async () =>
                {
                    var connection = await ConnectionMultiplexer.ConnectAsync(server.CreateConfigurationOptions());
                    server.Latency = TimeSpan.FromMilliseconds(700);
                    return connection;
                };
            })
            .BuildServiceProvider();
        var start = Stopwatch.GetTimestamp();
        var status = await services.GetRequiredService<ITagCacheStatistics>().CheckAsync();
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.9, 1.3);
        Assert.Equal((false, nameof(TimeoutException)), (status.IsAnswering, status.LastFailure));
        server.Latency = TimeSpan.Zero;
    }
}
