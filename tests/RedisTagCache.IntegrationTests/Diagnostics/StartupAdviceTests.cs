using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using RedisTagCache.Diagnostics;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests.Diagnostics;

/// <summary>After its first connection, an instance logs one line for each setting that will hurt, and none otherwise.</summary>
public sealed class StartupAdviceTests : IDisposable
{
    private readonly FakeLoggerProvider _logs = new();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData("64mb", "noeviction", LogIds.MemoryNotFreed)]
    [InlineData("64mb", "allkeys-lru", LogIds.TagInvalidationsAtRisk)]
    [InlineData("1gb", "allkeys-lfu", null)]
    [InlineData("64mb", "volatile-lru", null)]
    public async Task Memory_OfAServer_IsAdvisedOnIfItHurts(string limit, string policy, int? expected)
    {
        await using var server = await RedisServer.StartAsync("--maxmemory", limit, "--maxmemory-policy", policy);
        AssertAdvice(server.ConnectionString, "docs/operations.md#memory", expected is { } id ? [id] : [], await AdviceOfAsync(server.ConnectionString));
    }

    [Theory]
    [InlineData(1_000, false)]
    [InlineData(10_000_000, true)]
    public async Task Memory_OfAServerThatMayDropAnyKey_IsComparedWithTheTagInvalidations(int maxTagInvalidations, bool isAdvised)
    {
        await using var server = await RedisServer.StartAsync("--maxmemory", "1gb", "--maxmemory-policy", "allkeys-random");
        var lines = await AdviceOfAsync(server.ConnectionString, options => options.MaxTagInvalidations = maxTagInvalidations);
        Assert.Equal(isAdvised ? [LogIds.TagInvalidationsAtRisk] : [], lines.Select(line => line.Id.Id));
    }

    [Fact]
    public async Task Defaults_OfServerAndCache_LogNothing()
    {
        await using var server = await RedisServer.StartAsync();
        Assert.Empty(await AdviceOfAsync(server.ConnectionString));
        Assert.DoesNotContain(_logs.Collector.GetSnapshot(), line => line.Level >= LogLevel.Warning);
        Assert.Contains("on 1 primaries. 0 of them", Checked().Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(",channelPrefix=app:", true)]
    [InlineData(",channelPrefix=", false)]
    public async Task ChannelPrefix_OfTheConnection_IsAdvisedAgainst(string setting, bool isAdvised)
    {
        await using var server = await RedisServer.StartAsync();
        AssertAdvice(server.ConnectionString, "docs/operations.md#connection", isAdvised ? [LogIds.ChannelPrefixSet] : [], await AdviceOfAsync(server.ConnectionString + setting));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Multiplexer_OfTheApplication_IsAdvisedOnIfItQueues(bool isFailFast, bool isAdvised)
    {
        await using var server = await RedisServer.StartAsync();
        var settings = ConfigurationOptions.Parse(server.ConnectionString);
        if (isFailFast)
            settings.BacklogPolicy = BacklogPolicy.FailFast;
        await using var multiplexer = await ConnectionMultiplexer.ConnectAsync(settings);
        var lines = await AdviceOfAsync(server.ConnectionString, options => options.ConnectionMultiplexerFactory = () => Task.FromResult<IConnectionMultiplexer>(multiplexer));
        AssertAdvice(server.ConnectionString, "docs/operations.md#connection", isAdvised ? [LogIds.CallsQueued] : [], lines);
    }

    [Fact]
    public async Task Server_ThatCannotSave_IsAdvisedOn()
    {
        ServerFeatures.Require(ServerFeature.Snapshots);
        await using var server = await RedisServer.StartAsync("--dir", "/proc");
        await using (var connection = await server.ConnectAsync())
        {
            await connection.GetServers()[0].SaveAsync(SaveType.BackgroundSave);
            await Eventually.BecomesTrueAsync(async () => (await connection.GetServers()[0].InfoRawAsync("persistence"))!.Contains("rdb_last_bgsave_status:err", StringComparison.Ordinal), "the snapshot fails");
        }

        AssertAdvice(server.ConnectionString, "docs/operations.md#servers-persistence-and-replication", [LogIds.PersistenceFailing], await AdviceOfAsync(server.ConnectionString));
    }

    [Theory]
    [InlineData(3_600, true)]
    [InlineData(1, false)]
    public async Task Clock_OfTheServer_IsAdvisedOnIfItDiffers(int seconds, bool isAdvised)
    {
        await using var server = await RedisServer.StartAsync();
        var lines = await AdviceOfAsync(server.ConnectionString, services: services => services.AddSingleton<TimeProvider>(new ShiftedTime(TimeSpan.FromSeconds(seconds))));
        AssertAdvice(server.ConnectionString, "docs/known-limitations.md#11-times-measured-by-instance-clocks", isAdvised ? [LogIds.ClocksApart] : [], lines);
        Assert.All(lines, line => Assert.Matches("by (3600|35[0-9]{2}) s", line.Message)); // at least, so less the round trip
    }

    [Fact]
    public async Task Primaries_ThatDoNotKnowEachOther_AreAdvisedOn()
    {
        await using var one = await RedisServer.StartAsync();
        await using var other = await RedisServer.StartAsync();
        var lines = await AdviceOfAsync($"{one.ConnectionString},{other.ConnectionString}");
        AssertAdvice(one.ConnectionString, "docs/operations.md#connection", [LogIds.PrimariesUnrelated], lines);
        Assert.Contains("2 primaries", lines[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_OfTwoCaches_IsAdvisedOnOnce()
    {
        await using var server = await RedisServer.StartAsync("--maxmemory", "64mb", "--maxmemory-policy", "noeviction");
        await using var instance = Create(server.ConnectionString, services: services => services.AddRedisTagCache("second", options => options.Configuration = server.ConnectionString));
        await instance.Store.ReadAsync("k");
        await instance.Services.GetRequiredKeyedService<ITagCacheStore>("second").ReadAsync("k");
        await Eventually.BecomesTrueAsync(() => Of(LogIds.SettingsChecked).Length == 2, "both have looked");
        Assert.Single(Of(LogIds.MemoryNotFreed));
    }

    [Fact]
    public async Task Server_ThatReportsNothingToTheUser_IsNotedForDebugging()
    {
        await using var server = await RedisServer.StartAsync("--maxmemory", "64mb", "--maxmemory-policy", "noeviction");
        await using (var connection = await server.ConnectAsync())
            await connection.GetServers()[0].ExecuteAsync("ACL", ["SETUSER", "app", "on", ">pw", .. RedisServer.KeyRights("{rtc:*"), "+@all", "-info", "-config"]);
        Assert.Empty(await AdviceOfAsync(server.ConnectionString + ",user=app,password=pw"));
        Assert.Contains("1 of them", Checked().Message, StringComparison.Ordinal);
    }

    private async Task<FakeLogRecord[]> AdviceOfAsync(string connectionString, Action<RedisTagCacheOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        await using var instance = Create(connectionString, configure, services);
        await instance.Store.ReadAsync("k");
        await Eventually.BecomesTrueAsync(() => Of(LogIds.SettingsChecked).Length == 1, "it has looked");
        return [.. _logs.Collector.GetSnapshot().Where(line => line is { Category: "RedisTagCache.Advice", Level: >= LogLevel.Information })];
    }

    private Instance Create(string connectionString, Action<RedisTagCacheOptions>? configure = null, Action<IServiceCollection>? services = null) => Instance.Create(connectionString, configure, collection =>
    {
        collection.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_logs));
        services?.Invoke(collection);
    });

    private static void AssertAdvice(string server, string link, int[] expected, FakeLogRecord[] lines)
    {
        Assert.Equal(expected, lines.Select(line => line.Id.Id));
        Assert.All(lines, line =>
        {
            Assert.Equal(LogLevel.Warning, line.Level);
            Assert.Contains(server, line.Message, StringComparison.Ordinal);
            Assert.EndsWith(link, line.Message, StringComparison.Ordinal);
        });
    }

    private FakeLogRecord Checked() => Assert.Single(Of(LogIds.SettingsChecked));

    private FakeLogRecord[] Of(int id) => [.. _logs.Collector.GetSnapshot().Where(line => line.Id.Id == id)];

    private sealed class ShiftedTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
