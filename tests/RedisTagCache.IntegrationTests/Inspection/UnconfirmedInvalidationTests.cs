using RedisTagCache.Management;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Inspection;

/// <summary>What an instance has evicted and Redis has not confirmed, it does not serve, and its inspector says so.</summary>
public sealed class UnconfirmedInvalidationTests
{
    [Fact]
    public async Task InspectAsync_InvalidationThatRedisHasNotConfirmed_IsTheReasonUntilItHas()
    {
        ServerFeatures.Require(ServerFeature.KeyPermissions);
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.ConnectAsync();
        await AllowAsync("on", ">pw", "~*", "&*", "+@all");
        await using var a = Instance.Create(server.ConnectionString + ",user=app,password=pw");
        await using var b = Instance.Create(server.ConnectionString);
        foreach (var key in (string[])["evicted", "expired"])
            await a.Store.WriteAsync(key, "v", "t:" + key);
        Assert.Equal("v", await a.Store.ReadAsync("evicted"));
        await AllowAsync("-zadd");
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await a.Store.EvictByTagAsync("t:evicted"));
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await a.Store.ExpireByTagAsync("t:expired"));

        // Another instance raises the version, and writes an entry that is newer than what Redis knows of the eviction.
        await b.Store.EvictByTagAsync("other");
        await b.Store.WriteAsync("new", "v", "t:evicted");
        Assert.Null(await a.Store.ReadAsync("new"));
        Assert.Equal((CacheEntryStatus.Invalidated, "InvalidationUnconfirmed", "t:evicted", null), await LookAsync(a, "evicted"));
        Assert.Equal((CacheEntryStatus.Invalidated, "InvalidationUnconfirmed", "t:evicted", null), await LookAsync(a, "new"));
        Assert.Equal((CacheEntryStatus.Stale, "InvalidationUnconfirmed", "t:expired", null), await LookAsync(a, "expired"));
        Assert.Equal(CacheEntryStatus.Fresh, (await LookAsync(b, "new")).Status);
        Assert.Equal(0, (await a.Get<ITagCacheInspector>().ReclaimAsync(new CacheReclaimOptions { DryRun = true })).DroppedInvalidated);
        Assert.Contains(a.Get<ITagCacheStatistics>().GetSnapshot().RecentEvictions, static eviction => !eviction.IsConfirmed);

        await AllowAsync("+zadd");
        await Eventually.BecomesTrueAsync(async () => (await LookAsync(a, "new")).Reason == "TagEvicted" && (await LookAsync(a, "expired")).Reason == "TagExpired", "Redis has confirmed it");
        Assert.NotNull((await LookAsync(b, "new")).At);
        await Eventually.BecomesTrueAsync(() => a.Get<ITagCacheStatistics>().GetSnapshot().RecentEvictions.All(static eviction => eviction.IsConfirmed), "all are confirmed");

        Task AllowAsync(params string[] rules) => connection.GetServers()[0].ExecuteAsync("ACL", ["SETUSER", "app", .. rules]);
    }

    private static async Task<(CacheEntryStatus Status, string Reason, string? Tag, DateTimeOffset? At)> LookAsync(Instance instance, string key)
    {
        var entry = await instance.Get<ITagCacheInspector>().InspectAsync("pages", key);
        return (entry!.Status, entry.Reason.ToString(), entry.ReasonTag, entry.TagInvalidatedAt);
    }
}
