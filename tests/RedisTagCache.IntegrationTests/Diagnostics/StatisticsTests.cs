using RedisTagCache.Management;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Diagnostics;

/// <summary>The snapshot and the status, against a server that is hung, killed and started again.</summary>
public sealed class StatisticsTests : IAsyncLifetime
{
    private RedisServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Snapshot_BeforeTheFirstUse_IsEmptyAndConnectsNowhere()
    {
        await using var instance = NewInstance();
        var snapshot = instance.Get<ITagCacheStatistics>().GetSnapshot();
        Assert.Empty(snapshot.Regions);
        Assert.Empty(snapshot.RecentEvictions);
        Assert.Equal(0, snapshot.Latency.Count);
        Assert.Null(snapshot.Latency.Percentile(0.5));
        Assert.InRange(snapshot.TakenAt - snapshot.StartedAt, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Snapshot_AfterCalls_HasEachUnderItsName()
    {
        await using var instance = NewInstance();
        await using var other = NewInstance();
        var cache = instance.Get<ITagCache>();
        await cache.GetOrCreateAsync("k", (_, _) => new ValueTask<string>("v"), tags: ["t"]);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 1_000; i++)
                await cache.GetOrCreateAsync("k", (_, _) => new ValueTask<string>("never"));
        })));
        await instance.Store.ReadAsync("absent");
        await instance.Store.WriteAsync("page", "v", "t");
        await instance.Store.ReadAsync("page");
        var before = Read(instance);

        Assert.Equal(4_000, Region(before, "hybrid").LocalHits);
        Assert.Equal(1, Region(before, "hybrid").MissesAbsent);
        Assert.Equal((1, 2, 1), (Region(before, "pages").Hits, Region(before, "pages").Misses, Region(before, "pages").Stored));
        Assert.Equal((1, 1), (before.Values.FactoriesDone, before.Values.Leaders));
        Assert.Equal(1, before.LocalEntries);
        Assert.InRange(before.LocalBytes, 1, 2_000);
        Assert.InRange(before.Latency.Count, 5, 1_000);
        Assert.True(before.Latency.Percentile(0.5) <= before.Latency.Percentile(0.99));
        Assert.False(before.IsCircuitOpen);

        await instance.Store.EvictByTagAsync(["t", "u"]);
        await other.Store.ExpireByTagAsync("elsewhere");
        await Eventually.BecomesTrueAsync(() => Read(instance).RecentEvictions.Count == 2, "both evictions are known, and one's own once");
        var after = Read(instance);
        Assert.Equal((2, 0), (after.Evictions.Evicted, after.Evictions.Expired));
        Assert.Equal(3, after.TagInvalidations);
        var (heard, own) = (after.RecentEvictions[0], after.RecentEvictions[1]);
        Assert.Equal((true, false, true, 2), (own.IsOwn, own.IsExpiry, own.IsConfirmed, own.TagCount));
        Assert.Equal(["t", "u"], own.Tags);
        Assert.Equal((false, true, true, 1), (heard.IsOwn, heard.IsExpiry, heard.IsConfirmed, heard.TagCount));
        Assert.Equal(["elsewhere"], heard.Tags);
        Assert.True(after.Backplane.Messages >= 2);
        Assert.True(after.Backplane.FullSyncs >= 1);
        Assert.Equal(1, after.Backplane.Sent);
    }

    [Fact]
    public async Task RecentEvictions_OfMany_AreTheLastFifty()
    {
        await using var instance = NewInstance();
        await instance.Get<ITagCache>().SetAsync("k", "v");
        for (var i = 0; i < 60; i++)
            await instance.Store.EvictByTagAsync($"t{i}");
        await Eventually.BecomesTrueAsync(() => Read(instance).Backplane.Messages >= 60, "all messages came");
        var recent = Read(instance).RecentEvictions;
        Assert.Equal(Enumerable.Range(10, 50).Reverse().Select(i => $"t{i}"), recent.Select(r => Assert.Single(r.Tags)));
        Assert.All(recent, r => Assert.True(r.IsOwn));
    }

    [Fact]
    public async Task Status_OfAHungServer_IsNotAnswering_AndRecovers()
    {
        await using var instance = NewInstance();
        await instance.Get<ITagCache>().SetAsync("k", "v");
        await Eventually.BecomesTrueAsync(async () => IsWell(await CheckAsync(instance)), "all is well");
        var well = await CheckAsync(instance);
        Assert.Equal(("test", "option", 1), (well.BuildNamespace, well.BuildNamespaceSource, well.Partitions));
        Assert.NotNull(well.RoundTrip);
        Assert.NotNull(well.ServerVersion);
        Assert.Equal("standalone", well.ServerKind);
        Assert.Null(well.LastFailure);

        _server.Hang();
        var hung = await CheckAsync(instance);
        Assert.Equal((false, true), (hung.IsAnswering, hung.HasConnected));
        Assert.Equal(nameof(TimeoutException), hung.LastFailure);
        Assert.NotNull(hung.LastFailureAt);
        await instance.Store.ReadAsync("k");
        Assert.True((await CheckAsync(instance)).IsCircuitOpen);
        Assert.True(Read(instance).IsCircuitOpen);
        _server.Resume();
        await Eventually.BecomesTrueAsync(async () => IsWell(await CheckAsync(instance)), "all is well again");
    }

    [Fact]
    public async Task Status_OfAKilledServer_IsNotAnswering_AndAfterItsRestartMessagesComeAgain()
    {
        await using var instance = NewInstance();
        await instance.Get<ITagCache>().SetAsync("k", "v");
        await Eventually.BecomesTrueAsync(async () => IsWell(await CheckAsync(instance)), "all is well");
        _server.Kill();
        await Eventually.BecomesTrueAsync(async () => await CheckAsync(instance) is { IsAnswering: false, SilentPartitions: 1, HasConnected: true }, "no messages, no answer");
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await instance.Store.EvictByTagAsync("t"));
        Assert.False(Read(instance).RecentEvictions[0].IsConfirmed);
        await _server.RestartAsync();
        await Eventually.BecomesTrueAsync(async () => IsWell(await CheckAsync(instance)), "all is well again");
        await Eventually.BecomesTrueAsync(() => Read(instance).Evictions.Retried == 1, "the eviction was retried");
        Assert.True(Read(instance).RecentEvictions[0].IsConfirmed);
    }

    [Fact]
    public async Task Status_WithoutAServer_HasNeverConnected()
    {
        _server.Kill();
        await using var instance = NewInstance();
        var status = await CheckAsync(instance);
        Assert.Equal((false, false), (status.IsAnswering, status.HasConnected));
        Assert.Null(status.Partitions);
        Assert.NotNull(status.LastFailure);
    }

    [Fact]
    public async Task OnEvent_ThatThrows_IsToldOfEverythingAndDisturbsNobody()
    {
        var told = new System.Collections.Concurrent.ConcurrentBag<CacheEvent>();
        await using var instance = NewInstance(o => o.OnEvent = e =>
        {
            told.Add(e);
            throw new InvalidOperationException("the observer's own");
        });
        var cache = instance.Get<ITagCache>();
        Assert.Equal("v", await cache.GetOrCreateAsync("k", (_, _) => new ValueTask<string>("v"), tags: ["t"]));
        Assert.Equal("v", await cache.GetOrCreateAsync("k", (_, _) => new ValueTask<string>("never")));
        await cache.EvictByTagAsync("t");
        Assert.Contains(told, e => e is { Kind: CacheEventKind.Lookup, Region: "hybrid", Outcome: CacheOutcome.Miss, MissReason: CacheMissReason.Absent });
        Assert.Contains(told, e => e is { Kind: CacheEventKind.Lookup, Region: "hybrid", Outcome: CacheOutcome.HitLocal });
        Assert.Contains(told, e => e is { Kind: CacheEventKind.Factory, Outcome: CacheOutcome.Ok });
        Assert.Contains(told, e => e is { Kind: CacheEventKind.FactoryCall, Detail: CacheEventDetail.Leader });
        Assert.Contains(told, e => e is { Kind: CacheEventKind.Eviction, Detail: CacheEventDetail.Evict, Outcome: CacheOutcome.Done, Count: 1 });
        Assert.Contains(told, e => e is { Kind: CacheEventKind.Operation, Detail: CacheEventDetail.Read, Outcome: CacheOutcome.Ok } && e.Duration > TimeSpan.Zero);
    }

    private Instance NewInstance(Action<RedisTagCacheOptions>? configure = null) => Instance.Create(_server.ConnectionString, o =>
    {
        o.OperationTimeout = TimeSpan.FromSeconds(2); // what is well must not time out on a busy machine
        configure?.Invoke(o);
    });

    private static RedisTagCacheSnapshot Read(Instance instance) => instance.Get<ITagCacheStatistics>().GetSnapshot();

    private static RegionStatistics Region(RedisTagCacheSnapshot snapshot, string name) => snapshot.Regions.Single(s => s.Region == name);

    private static ValueTask<RedisTagCacheStatus> CheckAsync(Instance instance) => instance.Get<ITagCacheStatistics>().CheckAsync(TestContext.Current.CancellationToken);

    private static bool IsWell(RedisTagCacheStatus status) => status is { IsAnswering: true, IsCircuitOpen: false, UntrustedPartitions: 0, SilentPartitions: 0 };
}
