using System.Diagnostics;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Fleet;

/// <summary>Evictions and removals while Redis is unavailable hold at once on the instance that was called, and on all instances when Redis is back.</summary>
public sealed class OutageEvictionTests : IAsyncLifetime
{
    private static readonly TimeSpan _within = TimeSpan.FromSeconds(10);
    private static readonly string[] _gone = ["tagged", "removed", "removed, with tags"];
    private RedisServer _server = null!;
    private Instance[] _instances = [];

    private ITagCache Issuer => _instances[0].Get<ITagCache>();

    private ITagCache Other => _instances[1].Get<ITagCache>();

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _instances = [NewInstance(), NewInstance(), NewInstance(copies: 0)];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
            await instance.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EvictAndRemove_DuringAnOutage_ThrowHoldLocallyAndReachAllAfterwards(bool isHung)
    {
        await FillAsync("tagged", "removed", "removed, with tags", "kept");
        Break(isHung);
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await Issuer.EvictByTagAsync("tag of tagged"));
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await Issuer.RemoveAsync("removed"));
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await Issuer.RemoveAsync("removed, with tags"));

        Assert.All(await ReadAsync(Issuer, _gone), Assert.Null);
        Assert.Equal("old", await Issuer.ReadAsync("kept")); // by which the reads above are of copies
        Assert.Equal("new", await Issuer.GetOrCreateAsync("tagged", static (_, _) => ValueTask.FromResult("new")));

        await MendAsync(isHung);
        await using var fresh = NewInstance();
        var caches = _instances.Append(fresh).Select(instance => instance.Get<ITagCache>()).ToArray();
        var back = await Eventually.BecomesTrueAsync(async () => !(await ReadAsync(caches, _gone)).Contains("old"), "they hold everywhere", _within);
        Latencies.Print($"{(isHung ? "hung" : "killed")}: they held everywhere {back.TotalMilliseconds:F0} ms after Redis was back");
        await NeverAgainAsync(caches, _gone);
        if (isHung)
            await Eventually.BecomesTrueAsync(async () => (await ReadAsync(caches, "kept")).All(value => value == "old"), "the rest is still there", _within);
        await AreSharedAsync(caches);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EvictStar_DuringAnOutage_EmptiesThisInstanceAndAllAfterwards(bool isHung)
    {
        string[] keys = ["tagged", "another", "one more"];
        await FillAsync(keys);
        Break(isHung);
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await Issuer.EvictByTagAsync("*"));
        Assert.All(await ReadAsync(Issuer, keys), Assert.Null);

        await MendAsync(isHung);
        await using var fresh = NewInstance();
        var caches = _instances.Append(fresh).Select(instance => instance.Get<ITagCache>()).ToArray();
        await Eventually.BecomesTrueAsync(async () => (await ReadAsync(caches, keys)).All(value => value is null), "all instances are empty", _within);
        await NeverAgainAsync(caches, keys);
        await AreSharedAsync(caches);
    }

    private Instance NewInstance(int copies = 1_000) => Instance.Create(_server.ConnectionString, options =>
    {
        options.OperationTimeout = TimeSpan.FromMilliseconds(500);
        options.LocalCacheEntries = copies;
    });

    /// <summary>Values in Redis, with copies in the issuer and the other instance.</summary>
    private async Task FillAsync(params string[] keys)
    {
        foreach (var key in keys)
        {
            await Issuer.SetAsync(key, "old", tags: key == "removed" ? [] : ["tag of " + key]);
            foreach (var cache in new[] { Issuer, Other })
                await cache.CopyAsync(key, "old");
        }
    }

    private void Break(bool isHung)
    {
        if (isHung)
            _server.Hang();
        else
            _server.Kill();
    }

    private Task MendAsync(bool isHung)
    {
        if (!isHung)
            return _server.RestartAsync();
        _server.Resume();
        return Task.CompletedTask;
    }

    private static Task<string?[]> ReadAsync(ITagCache cache, params string[] keys) => Task.WhenAll(keys.Select(key => cache.ReadAsync(key)));

    private static async Task<string?[]> ReadAsync(ITagCache[] caches, params string[] keys) =>
        [.. (await Task.WhenAll(caches.Select(cache => ReadAsync(cache, keys)))).SelectMany(values => values)];

    /// <summary>Instances connect again at different times, and none may bring the old values back.</summary>
    private static async Task NeverAgainAsync(ITagCache[] caches, string[] keys)
    {
        var watch = Stopwatch.StartNew();
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                Assert.DoesNotContain("old", await ReadAsync(caches, keys));
                return watch.Elapsed > TimeSpan.FromSeconds(2);
            },
            "it stays so for a while");
    }

    private static async Task AreSharedAsync(ITagCache[] caches)
    {
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await caches[0].SetAsync("after", "v");
                return (await ReadAsync(caches, "after")).All(value => value == "v");
            },
            "values are shared again",
            _within);
    }
}
