using System.Buffers;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests.Security;

/// <summary>The user that docs/security.md describes has all rights that are needed, and no others.</summary>
public sealed class LeastRightsTests(AclEngine engine) : IClassFixture<AclEngine>
{
    /// <summary>Those of a cluster, and of the client while it connects: see the page.</summary>
    private static readonly string[] _elsewhere = ["spublish", "ssubscribe", "sunsubscribe", "cluster|nodes"];

    [Fact]
    public async Task AllThatTheCacheDoes_IsAllowed_AndNeedsEachOfTheCommands()
    {
        await engine.SetUserAsync("{rtc:*");
        await engine.RefusedAsync();
        await engine.Database.ExecuteAsync("CONFIG", "RESETSTAT");
        await DoEverythingAsync();
        Assert.Empty(await engine.RefusedAsync());
        var used = (await engine.Database.ExecuteAsync("INFO", "commandstats")).ToString().Split('\n')
            .Where(static line => line.StartsWith("cmdstat_", StringComparison.Ordinal)).Select(static line => line["cmdstat_".Length..line.IndexOf(':', StringComparison.Ordinal)]).ToArray();
        Assert.All(AclEngine.Commands.Except(_elsewhere), command => Assert.True(used.Contains(command) || used.Contains(command.Split('|')[0]), command)); // before 7.0 subcommands are counted together
    }

    [Theory]
    [InlineData("evalsha")]
    [InlineData("get")]
    public async Task AMissingRight_IsNamed(string command)
    {
        await engine.SetUserAsync("{rtc:*", command);
        await using var instance = Instance.Create(engine.ConnectionString);
        var failed = await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await instance.Store.EvictByTagAsync("t"));
        Assert.Contains($"'{command}'", failed.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("PASSWORD", failed.ToString(), StringComparison.Ordinal);
        using var lookup = await instance.Store.GetAsync(StoreExtensions.Page("k"));
        Assert.Equal(CacheMissReason.Unavailable, lookup.MissReason);
    }

    [Fact]
    public async Task KeysOfAnotherPrefix_AreOutOfReach()
    {
        await engine.SetUserAsync("{rtc:*");
        await using var instance = Instance.Create(engine.ConnectionString, options => options.KeyPrefix = "other");
        Assert.Equal(CacheWriteOutcome.Skipped, await instance.Store.WriteAsync("k", "v", "t"));
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await instance.Store.EvictByTagAsync("t"));
        Assert.Empty(engine.Database.Keys("{other*"));
    }

    private async Task DoEverythingAsync()
    {
        await engine.Database.ExecuteAsync("SCRIPT", "FLUSH");
        await engine.Database.KeyDeleteAsync("{rtc:layout}"); // as the first instance of a fleet finds it
        await using var a = Instance.Create(engine.ConnectionString, options => options.MaxTagInvalidations = 1_000);
        await using var b = Instance.Create(engine.ConnectionString);
        await a.Store.WriteAsync("k", "v", "t", "u");
        await a.Store.WriteAsync("large", new string('x', 50_000), "t");
        Assert.Equal("v", await b.Store.ReadAsync("k"));
        await a.Store.WriteAsync("damaged", "v");
        await engine.Database.StringSetAsync(engine.Database.Keys("{rtc:*:damaged")[0], "foreign");
        Assert.Null(await b.Store.ReadAsync("damaged"));
        await Eventually.BecomesTrueAsync(() => engine.Database.Keys("{rtc:*:damaged").Length == 0, "it was dropped");
        await b.Store.ExpireByTagAsync("u");
        await b.Store.EvictByTagAsync(["t", "u"]);
        Assert.Null(await a.Store.ReadAsync("k"));
        await a.Store.RemoveAsync(StoreExtensions.Page("k"));
        await a.Store.SetAsync(StoreExtensions.Page("lasting"), new ReadOnlySequence<byte>(new byte[50_000]), CacheVersion.AtWrite, new TagCacheEntryOptions());
        await a.Store.EvictByTagAsync(Enumerable.Range(0, 1_100).Select(static i => "t" + i));

        var bytes = a.Get<IDistributedCache>();
        await bytes.SetAsync("s", [1], new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(1) });
        await bytes.SetAsync("briefly", [1], new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromMilliseconds(1_500) });
        await bytes.RefreshAsync("s");
        Assert.NotNull(await b.Get<IDistributedCache>().GetAsync("s"));
        await bytes.RemoveAsync("s");

        var (values, others) = (a.Get<ITagCache>(), b.Get<ITagCache>());
        var computing = new TaskCompletionSource();
        var led = values.GetOrCreateAsync("v", async (_, _) =>
        {
            await computing.Task;
            return new string('y', 50_000);
        }, tags: ["t"]).AsTask();
        await Eventually.BecomesTrueAsync(() => engine.Database.Keys("{rtc:0}:l:*").Length > 0, "it has the lease");
        var followed = others.GetOrCreateAsync("v", (_, _) => ValueTask.FromResult("")).AsTask();
        var renewed = engine.Database.Keys("{rtc:0}:l:*")[0];
        var life = await engine.Database.KeyTimeToLiveAsync(renewed);
        await Eventually.BecomesTrueAsync(async () => await engine.Database.KeyTimeToLiveAsync(renewed) is { } left && (left > life || (life = left) is null), "it is renewed");
        computing.SetResult();
        Assert.Equal(await led, await followed);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await values.GetOrCreateAsync<string>("fails", (_, _) => throw new InvalidOperationException()));
        await values.SetAsync("v", "w", tags: ["u"]);
        await Eventually.BecomesTrueAsync(async () => await others.GetOrCreateAsync("v", (_, _) => ValueTask.FromResult("")) == "w", "the other follows");
        await others.RemoveAsync("v");
        await others.EvictByTagAsync("t");
    }
}
