using System.Reflection;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.IntegrationTests.Hybrid;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests.Failure;

/// <summary>A user who may not subscribe: changes are found by looking, and what is tried again leaves nothing behind.</summary>
public sealed class RefusedChannelTests : IAsyncLifetime
{
    private const string Channel = "{rtc:0}:epoch";
    private RedisServer _server = null!;
    private ConnectionMultiplexer _admin = null!;
    private ConnectionMultiplexer _connection = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _admin = await _server.ConnectAsync();
        await DeafUser.CreateAsync(_admin.GetServers()[0], "app");
        _connection = await ConnectionMultiplexer.ConnectAsync(_server.ConnectionString + DeafUser.Login("app"));
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _admin.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task ChannelThatIsRefused_IsAskedForAgain_AndLeavesNothingBehind()
    {
        ServerFeatures.Require(ServerFeature.KeyPermissions);
        await using var writer = Instance.Create(_server.ConnectionString);
        await using (var instance = Instance.Create("", o => (o.Configuration, o.ConnectionMultiplexerFactory) = (null, () => Task.FromResult<IConnectionMultiplexer>(_connection))))
        {
            var cache = instance.Get<HybridCache>();
            for (var i = 0; i < 2; i++)
            {
                await cache.SetAsync("k", "v", tags: ["t"]);
                await writer.Get<HybridCache>().RemoveByTagAsync("t");
                await Eventually.BecomesTrueAsync(async () => await cache.InMemoryAsync("k") is null, "a look found the eviction", TimeSpan.FromSeconds(5));
            }

            // It asks again, and again. What is left behind each time must not pile up.
            await _admin.GetDatabase().ExecuteAsync("ACL", "LOG", "RESET");
            await Eventually.BecomesTrueAsync(async () => await RefusalsAsync() >= 2, "it asks for the channel again");
            Assert.InRange(Queues(), 0, 1);

            await _admin.GetDatabase().ExecuteAsync("ACL", "SETUSER", "app", "allchannels");
            await Eventually.BecomesTrueAsync(() => Queues() == 1 && Subscribers() == 1, "it was asked for again", TimeSpan.FromSeconds(5));
        }

        Assert.Equal(0, Queues());
    }

    /// <summary>How often the channel was refused since the log was reset. The server counts repetitions in one line.</summary>
    private async Task<long> RefusalsAsync()
    {
        var lines = (RedisResult[])(await _admin.GetDatabase().ExecuteAsync("ACL", "LOG"))!;
        return lines.Select(static line => line.ToDictionary()).Where(static line => (string?)line["object"] == Channel).Sum(static line => (long)line["count"]);
    }

    private long Subscribers() => _admin.GetServers()[0].SubscriptionSubscriberCount(RedisChannel.Literal(Channel));

    /// <summary>The client does not tell how many queues it fills.</summary>
    private int Queues()
    {
        object?[] arguments = [RedisChannel.Literal(Channel), 0, 0];
        typeof(ConnectionMultiplexer).GetMethod("GetSubscriberCounts", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(_connection, arguments);
        return (int)arguments[2]!;
    }
}
