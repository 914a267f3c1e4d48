using System.Net;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;
using RedisTagCache.Connection;
using RedisTagCache.Diagnostics;
using RedisTagCache.Management;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests.Failure;

/// <summary>Nothing arrives on a connection any more, and nobody has closed it. The server responds to new connections.</summary>
public sealed class StuckConnectionTests : IAsyncLifetime
{
    /// <summary>The client itself gives up a connection that was silent for some of its own timeouts.</summary>
    private const string PatientClient = ",syncTimeout=600000,asyncTimeout=600000,connectTimeout=2000";
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    private readonly FakeLoggerProvider _logs = new();
    private RedisServer _server = null!;
    private LosingProxy _proxy = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _proxy = LosingProxy.Start(_server.Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task StuckConnection_ThatIsOwn_IsReplaced_WithItsSubscriptions()
    {
        await using var other = Instance.Create(_server.ConnectionString);
        await using var instance = New();
        var cache = instance.Get<HybridCache>();
        await IsWorkingAsync(instance.Store);
        await cache.SetAsync("v", "v"); // values are watched from now on
        var connections = _proxy.Open;

        _proxy.LoseAll();
        await Eventually.BecomesTrueAsync(async () => await instance.Store.ReadAsync("k") is null, "nothing arrives");
        await IsWorkingAsync(instance.Store);
        Assert.Equal(1, instance.Get<RedisConnection>().Replacements);
        await Eventually.BecomesTrueAsync(() => _logs.Collector.GetSnapshot().Any(line => line.Id == LogIds.ConnectionReplaced), "the replacement is logged"); // after it, on another thread
        Assert.Single(_logs.Collector.GetSnapshot(), line => line.Id == LogIds.ConnectionReplaced);

        // Messages arrive on the new connection: they are announced, and not only found by the poll.
        var received = Received(instance);
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await other.Store.EvictByTagAsync("any");
                return Received(instance) > received;
            },
            "messages arrive");
        await Eventually.BecomesTrueAsync(() => _proxy.Open == connections, "the old connection is closed", _patience);
    }

    [Fact]
    public async Task StuckConnection_OfTwoCaches_IsReplacedOnce_AndClosedWithTheLastOfThem()
    {
        var services = new ServiceCollection();
        foreach (var name in (string[])["one", "two"])
        {
            services.AddRedisTagCache(name, o =>
            {
                o.Configuration = _proxy.ConnectionString + PatientClient;
                o.BuildNamespace = "test";
                o.OperationTimeout = TimeSpan.FromMilliseconds(250);
            });
        }

        await using (var provider = services.BuildServiceProvider())
        {
            var stores = new[] { provider.GetRequiredKeyedService<ITagCacheStore>("one"), provider.GetRequiredKeyedService<ITagCacheStore>("two") };
            foreach (var store in stores)
                await IsWorkingAsync(store);
            var (accepted, open) = (_proxy.Accepted, _proxy.Open);

            _proxy.LoseAll();
            foreach (var store in stores)
                await Eventually.BecomesTrueAsync(async () => await store.ReadAsync("k") is null, "nothing arrives");
            foreach (var store in stores)
                await IsWorkingAsync(store);
            await Eventually.BecomesTrueAsync(() => _proxy.Open == open, "the old connection is closed", _patience);
            Assert.Equal(accepted + open, _proxy.Accepted);
        }

        await Eventually.BecomesTrueAsync(() => _proxy.Open == 0, "the new connection is closed with its last user", _patience);
    }

    [Fact]
    public async Task StuckConnection_ThatWasGiven_IsKept()
    {
        await using var given = await ConnectionMultiplexer.ConnectAsync(_proxy.ConnectionString + PatientClient);
        await using var instance = Instance.Create("", o => (o.Configuration, o.ConnectionMultiplexerFactory) = (null, () => Task.FromResult<IConnectionMultiplexer>(given)));
        await IsWorkingAsync(instance.Store);
        Assert.False(await ReplaceAsync(instance));
        await IsWorkingAsync(instance.Store);
        Assert.Equal(0, instance.Get<RedisConnection>().Replacements);
    }

    [Fact]
    public async Task Connection_ToAServerThatHangs_IsKept()
    {
        await using var instance = New();
        await IsWorkingAsync(instance.Store);
        _server.Hang();
        Assert.False(await ReplaceAsync(instance));
        _server.Resume();
        await IsWorkingAsync(instance.Store);
        Assert.Equal(0, instance.Get<RedisConnection>().Replacements);
    }

    [Fact]
    public async Task Connection_ThatRespondsAgainMeanwhile_IsKept()
    {
        await using var instance = New();
        await IsWorkingAsync(instance.Store);
        var open = _proxy.Open;
        Assert.False(await ReplaceAsync(instance, isStuck: false));
        await Eventually.BecomesTrueAsync(() => _proxy.Open == open, "the second connection is closed");
        await IsWorkingAsync(instance.Store);
        Assert.Equal(0, instance.Get<RedisConnection>().Replacements);
    }

    private Instance New() => Instance.Create(
        _proxy.ConnectionString + PatientClient,
        o => o.OperationTimeout = TimeSpan.FromMilliseconds(250),
        services => services.AddLogging(logging => logging.AddProvider(_logs)));

    private static Task<bool> ReplaceAsync(Instance instance, bool isStuck = true) =>
        instance.Get<RedisCircuits>().Replacement.TryAsync(0, static database => database.PingAsync().WaitAsync(TimeSpan.FromSeconds(2)), () => isStuck);

    private static Task<TimeSpan> IsWorkingAsync(ITagCacheStore store) => Eventually.BecomesTrueAsync(
        async () =>
        {
            await store.WriteAsync("k", "v");
            return await store.ReadAsync("k") == "v";
        },
        "Redis is in use",
        _patience);

    private static long Received(Instance instance) => instance.Get<ITagCacheStatistics>().GetSnapshot().Backplane.Messages;

    /// <summary>The answer that was awaited comes at last, on a connection that is being closed.</summary>
    [Fact]
    public async Task GetDatabaseAsync_ConnectionIsReplacedMeanwhile_IsOfTheNewOne()
    {
        await using var fresh = await RedisServer.StartAsync();
        await using var first = await ConnectionMultiplexer.ConnectAsync(_server.ConnectionString + PatientClient);
        await using var second = await ConnectionMultiplexer.ConnectAsync(fresh.ConnectionString);
        using var connection = new RedisConnection(
            new TwoConnections(first, second), new LayoutAgreement("t", asked: 1, NullLogger<LayoutAgreement>.Instance), TimeProvider.System, NullLogger<RedisConnection>.Instance);
        _server.Hang();
        var opening = connection.GetDatabaseAsync().AsTask();
        await Eventually.BecomesTrueAsync(() => first.GetCounters().Interactive.PendingUnsentItems + first.GetCounters().Interactive.SentItemsAwaitingResponse > 0, "the layout is asked for");
        Assert.True(await connection.TryReplaceAsync(static _ => Task.CompletedTask, static () => true));
        _server.Resume();
        Assert.Same(second, (await opening.WaitAsync(_patience)).Multiplexer);
        Assert.Same(second, (await connection.GetDatabaseAsync()).Multiplexer);
    }

    private sealed class TwoConnections(IConnectionMultiplexer first, IConnectionMultiplexer second) : IRedisConnector
    {
        public IReadOnlyCollection<EndPoint> Addresses => [];

        public Task<IConnectionMultiplexer> ConnectAsync() => Task.FromResult(first);

        public bool Return(IConnectionMultiplexer multiplexer) => false;

        public Task<IConnectionMultiplexer?> ReplaceAsync(IConnectionMultiplexer stuck, Func<IConnectionMultiplexer, Task> ask) => Task.FromResult<IConnectionMultiplexer?>(second);

        public Task<Exception?> DiagnoseAsync() => Task.FromResult<Exception?>(null);
    }
}
