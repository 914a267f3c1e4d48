using System.Globalization;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests.Failure;

/// <summary>A primary dies and its replica, which had not yet received the last eviction, takes over.</summary>
public sealed class FailoverTests
{
    [Fact]
    public async Task EvictionLostInTheFailover_IsRepeatedByItsIssuer()
    {
        await using var primary = await RedisServer.StartAsync();
        await using var replica = await RedisServer.StartAsync("--replicaof", "127.0.0.1", primary.Port.ToString(CultureInfo.InvariantCulture), "--repl-diskless-sync-delay", "0");
        await using var admin = await replica.ConnectAsync();
        await Eventually.BecomesTrueAsync(() => IsSynchronizedAsync(admin), "the replica is synchronized");

        var endpoints = $"{primary.ConnectionString},{replica.ConnectionString}";
        await using var issuer = Instance.Create(endpoints);
        await using var other = Instance.Create(endpoints);
        await issuer.Store.WriteAsync("evicted", "old", "t");
        await issuer.Store.WriteAsync("live", "v", "u");
        Assert.Equal("old", await other.Store.ReadAsync("evicted"));
        await Eventually.BecomesTrueAsync(() => HasKeyAsync(admin, "live"), "the entries are replicated");

        await admin.GetServers()[0].ExecuteAsync("REPLICAOF", "127.0.0.1", "1"); // its link is down: it receives nothing more
        await issuer.Store.EvictByTagAsync("t");
        Assert.Null(await other.Store.ReadAsync("evicted"));
        primary.Kill();

        // The tag invalidation is not there, and the entry is.
        Assert.Null(await InvalidationAsync(admin));
        Assert.True(await HasKeyAsync(admin, "evicted"));
        await admin.GetServers()[0].ExecuteAsync("REPLICAOF", "NO", "ONE");
        var repeated = await Eventually.BecomesTrueAsync(async () => await InvalidationAsync(admin) is not null, "the eviction was repeated", TimeSpan.FromSeconds(90));
        TestContext.Current.TestOutputHelper?.WriteLine($"repeated {repeated.TotalSeconds:F1} s after the replica became the primary");
        await using var fresh = Instance.Create(replica.ConnectionString);
        Assert.Null(await fresh.Store.ReadAsync("evicted"));
        Assert.Equal("v", await fresh.Store.ReadAsync("live"));
        await Eventually.BecomesTrueAsync(async () => await issuer.Store.WriteAsync("evicted", "new", "t") == CacheWriteOutcome.Stored, "writes are accepted");
        Assert.Equal("new", await fresh.Store.ReadAsync("evicted"));
        await Eventually.BecomesTrueAsync(async () => await other.Store.ReadAsync("evicted") == "new", "the other instance has followed");
    }

    private static async Task<bool> IsSynchronizedAsync(ConnectionMultiplexer admin) =>
        ((string?)await admin.GetServers()[0].ExecuteAsync("INFO", "replication"))!.Contains("master_link_status:up", StringComparison.Ordinal);

    private static Task<double?> InvalidationAsync(ConnectionMultiplexer admin) =>
        admin.GetDatabase().SortedSetScoreAsync("{rtc:0}:marks", "h=t", CommandFlags.PreferReplica);

    private static async Task<bool> HasKeyAsync(ConnectionMultiplexer admin, string key) =>
        await admin.GetDatabase().KeyExistsAsync($"{{rtc:0}}:e:pages:test:{key}", CommandFlags.PreferReplica);
}
