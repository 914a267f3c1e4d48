using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.Invalidation;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Security;

/// <summary>The same user on a cluster: its layout is found out, evictions are announced.</summary>
public sealed class AclClusterTests
{
    [Fact]
    public async Task OnACluster_TheLayoutIsFoundOut_AndMessagesCome()
    {
        await using var cluster = await RedisCluster.StartAsync();
        foreach (var node in cluster.Nodes)
            await RedisCluster.CliAsync(node, ["ACL", "SETUSER", "webapp", .. AclEngine.Rules()]);
        await using var a = Instance.Create(cluster.ConnectionString + ",user=webapp,password=PASSWORD");
        await using var b = Instance.Create(cluster.ConnectionString + ",user=webapp,password=PASSWORD");
        var (mine, others) = (a.Get<HybridCache>(), b.Get<HybridCache>());
        for (var i = 0; i < 100; i++)
            await mine.SetAsync("k" + i, "v", tags: ["t"]);
        for (var i = 0; i < 100; i++)
            Assert.Equal("v", await others.GetOrCreateAsync("k" + i, static _ => ValueTask.FromResult("")));
        Assert.Equal(12, a.Get<PartitionSet>().Watches.Length);
        await mine.RemoveByTagAsync("t");
        for (var i = 0; i < 100; i++)
            await Eventually.BecomesTrueAsync(async () => await others.GetOrCreateAsync("k" + i, static _ => ValueTask.FromResult("new")) == "new", "it has followed");
    }
}
