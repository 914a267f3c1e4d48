using System.Text.Json;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.Tool.Tests;

/// <summary>The doctor finds what an application logs at startup, in the same words.</summary>
public sealed class DoctorAdviceTests(ClusterFixture cluster) : IClassFixture<ClusterFixture>
{
    [Theory]
    [InlineData("64mb", "noeviction", "warn", "once it is full, it rejects writes and evictions, while old entries stay readable", "Set maxmemory-policy volatile-lru.")]
    [InlineData("64mb", "allkeys-lru", "warn", "once it is full, it may drop the tag invalidations", "Use maxmemory-policy volatile-lru to avoid that, or more memory.")]
    [InlineData("1gb", "allkeys-lru", "ok", "once it is full, it may drop the tag invalidations", null)]
    [InlineData("64mb", "volatile-lfu", "ok", "policy volatile-lfu.", null)]
    public async Task Memory_OfAServer_IsFound(string limit, string policy, string level, string message, string? advice)
    {
        await using var server = await RedisServer.StartAsync("--maxmemory", limit, "--maxmemory-policy", policy);
        await AssertFindingAsync(server.ConnectionString, "memory", level, message, advice);
    }

    [Fact]
    public async Task ChannelPrefix_OfTheConnectionString_IsFound()
    {
        await using var server = await RedisServer.StartAsync();
        await AssertFindingAsync(server.ConnectionString + ",channelPrefix=app:", "messages", "warn", "messages of other instances do not arrive", "Remove channelPrefix. The channels of the cache begin with its own prefix.");
        Assert.DoesNotContain(await FindingsAsync(server.ConnectionString), static finding => finding.GetProperty("check").GetString() == "messages");
    }

    [Fact]
    public async Task Persistence_ThatFails_IsFound()
    {
        ServerFeatures.Require(ServerFeature.Snapshots);
        await using var server = await RedisServer.StartAsync("--dir", "/proc");
        await using var connection = await server.ConnectAsync();
        await connection.GetServers()[0].SaveAsync(SaveType.BackgroundSave);
        await Eventually.BecomesTrueAsync(async () => (await connection.GetServers()[0].InfoRawAsync("persistence"))!.Contains("rdb_last_bgsave_status:err", StringComparison.Ordinal), "the snapshot fails");
        await AssertFindingAsync(server.ConnectionString, "persistence", "error", "could not write to disk, and may reject all writes because of it", "Free its disk, or turn persistence off: the cache needs none.");
    }

    [Fact]
    public async Task Primaries_ThatDoNotKnowEachOther_AreFound()
    {
        await using var one = await RedisServer.StartAsync();
        await using var other = await RedisServer.StartAsync();
        await AssertFindingAsync($"{one.ConnectionString},{other.ConnectionString}", "role", "error", "2 primaries are named that do not know each other: each has a cache of its own", "Name one of them and its replicas, or make them a cluster.");
    }

    [Theory]
    [InlineData(1, "warn", "The cluster has 3 primaries, and the number of partitions is 1: some of them have no keys of the cache.")]
    [InlineData(2, "warn", "The cluster has 3 primaries, and the number of partitions is 2: some of them have no keys of the cache.")]
    [InlineData(3, "ok", "over 3 partitions.")]
    public async Task Partitions_FewerThanPrimaries_AreFound(int partitions, string level, string message)
    {
        await using (var connection = await ConnectionMultiplexer.ConnectAsync(cluster.ConnectionString))
            await connection.GetDatabase().StringSetAsync("{rtc:layout}", partitions);
        await AssertFindingAsync(cluster.ConnectionString, "layout", level, message, level == "warn" ? "Stop all instances, delete the key of the layout, and start them again without the option Partitions, or with a multiple of the number of primaries. The cache is then empty." : null);
    }

    private static async Task AssertFindingAsync(string connection, string check, string level, string message, string? advice) => Assert.Contains(
        await FindingsAsync(connection),
        finding => finding.GetProperty("check").GetString() == check
            && finding.GetProperty("level").GetString() == level
            && finding.GetProperty("message").GetString()!.Contains(message, StringComparison.Ordinal)
            && (advice is null || finding.GetProperty("advice").GetString() == advice));

    private static async Task<JsonElement[]> FindingsAsync(string connection) => [.. (await ToolRun.StartAsync("doctor", "-c", connection, "--json")).Json.GetProperty("findings").EnumerateArray()];
}
