using System.Diagnostics;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;
using StackExchange.Redis;
using static RedisTagCache.TestSupport.StoreExtensions;

namespace RedisTagCache.IntegrationTests.Failure;

/// <summary>Redis hung, killed, restarted: readers go on, and nothing evicted comes back.</summary>
[Collection(Calm.Name)]
public sealed class StoreOutageTests : IAsyncLifetime
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(500);
    private RedisServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private Instance NewInstance() => Instance.Create(_server.ConnectionString, o => o.OperationTimeout = _timeout);

    [Fact]
    public async Task Hung_NoCallWaitsLongerThanTheTimeout_AndSoonNoneWaitsAtAll()
    {
        await using var instance = NewInstance();
        await instance.Store.WriteAsync("k", "v", "t");
        _server.Hang();

        var durations = new List<double>();
        for (var i = 0; i < 200; i++)
        {
            var watch = Stopwatch.StartNew();
            Assert.Null(await instance.Store.ReadAsync("k"));
            durations.Add(watch.Elapsed.TotalMilliseconds);
        }

        Assert.All(durations, d => Assert.True(d < _timeout.TotalMilliseconds + 300, $"A lookup took {d} ms."));
        Assert.True(durations.Count(d => d > 50) <= 5, $"{durations.Count(d => d > 50)} of 200 lookups waited.");
        Assert.True(await instance.Store.WriteAsync("k", "v") != CacheWriteOutcome.Stored);

        _server.Resume();
        var recovery = await Eventually.BecomesTrueAsync(async () => await instance.Store.ReadAsync("k") == "v", "hits are back", TimeSpan.FromSeconds(5));
        Print($"hung: first {durations[0]:F0} ms, median {durations.Order().ElementAt(100):F3} ms; hits back after {recovery.TotalMilliseconds:F0} ms");
    }

    [Fact]
    public async Task Hung_SynchronousCallsAreBoundedToo()
    {
        await using var instance = NewInstance();
        var cache = instance.Get<IDistributedCache>();
        await cache.SetAsync("k", [1]);
        _server.Hang();
        var waited = 0;
        for (var i = 0; i < 50; i++)
        {
            var watch = Stopwatch.StartNew();
            Assert.Null(cache.Get("k"));
            cache.Set("k", [2]);
            cache.Refresh("k");
            Assert.True(watch.Elapsed < (3 * _timeout) + TimeSpan.FromMilliseconds(1_500), $"Three calls took {watch.Elapsed}.");
            waited += watch.ElapsedMilliseconds > 50 ? 1 : 0;
        }

        Assert.True(waited <= 5, $"{waited} of 50 rounds waited.");
        Assert.Throws<RedisTagCacheUnavailableException>(() => cache.Remove("k"));
        _server.Resume();
        await Eventually.BecomesTrueAsync(() => cache.Get("k") is not null, "hits are back");
    }

    [Fact]
    public async Task Killed_ReadersGoOnAtFullSpeed_AndCachingResumes()
    {
        await using var instance = NewInstance();
        await instance.Store.WriteAsync("k", "v", "t");
        var before = await MeasureAsync(instance.Store);
        _server.Kill();
        for (var i = 0; i < 20; i++)
            await instance.Store.ReadAsync("k"); // the first few find out
        var during = await MeasureAsync(instance.Store);
        Assert.Equal(CacheWriteOutcome.Skipped, await instance.Store.WriteAsync("k", "v", "t"));

        await _server.RestartAsync();
        var recovery = await Eventually.BecomesTrueAsync(async () => await instance.Store.WriteAsync("k", "v", "t") == CacheWriteOutcome.Stored, "writes are back", TimeSpan.FromSeconds(10));
        Assert.Equal("v", await instance.Store.ReadAsync("k"));
        Print($"killed: {before:F0} lookups/s before, {during:F0}/s during; writes back {recovery.TotalMilliseconds:F0} ms after the restart");
        Assert.True(during > before, "Without a server lookups cost less than with one.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EvictionsDuringAnOutage_Throw_AndAreRepeatedAfterIt(bool isHung)
    {
        if (!isHung)
            ServerFeatures.Require(ServerFeature.Replication);
        await using var issuer = NewInstance();
        await using var other = NewInstance();
        foreach (var key in new[] { "k", "l", "m" })
            await issuer.Store.WriteAsync(key, "v", key);
        if (isHung)
            _server.Hang();
        else
            await ConfigureAsync("REPLICAOF", "127.0.0.1", "1"); // a primary that became a replica refuses writes

        for (var i = 0; i < 6; i++)
            await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await issuer.Store.EvictByTagAsync(i % 2 == 0 ? "k" : "l"));

        if (isHung)
            _server.Resume();
        else
            await ConfigureAsync("REPLICAOF", "NO", "ONE");
        var repeated = await Eventually.BecomesTrueAsync(
            async () => await other.Store.ReadAsync("k") is null && await other.Store.ReadAsync("l") is null && await other.Store.ReadAsync("m") == "v",
            "the evictions were repeated, and only they");
        Print($"repeated after {repeated.TotalMilliseconds:F0} ms");
    }

    [Fact]
    public async Task RestartFromAnOldSnapshot_ItsIssuerRepeatsTheLostEviction()
    {
        ServerFeatures.Require(ServerFeature.Snapshots);
        await using var issuer = NewInstance();
        await issuer.Store.WriteAsync("evicted", "old", "t");
        await issuer.Store.WriteAsync("live", "v", "u");
        await ConfigureAsync("SAVE");
        await issuer.Store.EvictByTagAsync("t");
        _server.Kill();
        await _server.RestartAsync();

        await using var admin = await _server.ConnectAsync();
        Assert.Null(await admin.GetDatabase().SortedSetScoreAsync("{rtc:0}:marks", "h=t"));
        await Eventually.BecomesTrueAsync(async () => await admin.GetDatabase().SortedSetScoreAsync("{rtc:0}:marks", "h=t") is not null, "the eviction is in force again");
        await using var fresh = NewInstance();
        Assert.Null(await fresh.Store.ReadAsync("evicted"));
        Assert.Null(await issuer.Store.ReadAsync("evicted"));
        Assert.Equal("v", await fresh.Store.ReadAsync("live"));
        await Eventually.BecomesTrueAsync(async () => await issuer.Store.WriteAsync("evicted", "new", "t") == CacheWriteOutcome.Stored, "writes are accepted");
        Assert.Equal("new", await fresh.Store.ReadAsync("evicted"));
    }

    [Fact]
    public async Task UnreachableServer_FailsNothing_AndNothingWaitsForLong()
    {
        await using var instance = Instance.Create("127.0.0.1:1", o => o.OperationTimeout = _timeout);
        var slow = 0;
        for (var i = 0; i < 50; i++)
        {
            var watch = Stopwatch.StartNew();
            Assert.Null(await instance.Store.ReadAsync("k"));
            Assert.NotEqual(CacheWriteOutcome.Stored, await instance.Store.WriteAsync("k", "v", "t"));
            slow += watch.ElapsedMilliseconds > 50 ? 1 : 0;
        }

        Assert.True(slow <= 5, $"{slow} of 50 rounds waited.");
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await instance.Store.EvictByTagAsync("t"));
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await instance.Store.RemoveAsync(Page("k")));
    }

    [Fact]
    public async Task GivenMultiplexer_IsUsedAndNeverDisposed()
    {
        await using var given = await _server.ConnectAsync();
        await using (var instance = Instance.Create("", o =>
        {
            o.Configuration = null;
            o.OperationTimeout = SharedServers.OperationTimeout;
            o.ConnectionMultiplexerFactory = () => Task.FromResult<IConnectionMultiplexer>(given);
        }))
        {
            Assert.Equal(CacheWriteOutcome.Stored, await instance.Store.WriteAsync("k", "v", "t"));
        }

        Assert.True(given.GetDatabase().Ping() > TimeSpan.Zero);
        await using (var instance = Instance.Create("", o => o.Configuration = null, s => s.AddSingleton<IConnectionMultiplexer>(given)))
            Assert.Equal("v", await instance.Store.ReadAsync("k"));
        Assert.True(given.GetDatabase().Ping() > TimeSpan.Zero);
    }

    private async Task ConfigureAsync(params string[] command)
    {
        await using var connection = await _server.ConnectAsync();
        await connection.GetServers()[0].ExecuteAsync(command[0], [.. command.Skip(1).Cast<object>()]);
    }

    private static async Task<double> MeasureAsync(ITagCacheStore store)
    {
        const int reads = 20_000;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (var i = 0; i < reads / 8; i++)
                await store.ReadAsync("k");
        }));
        return reads / watch.Elapsed.TotalSeconds;
    }

    private static void Print(FormattableString line) => TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(line));
}
