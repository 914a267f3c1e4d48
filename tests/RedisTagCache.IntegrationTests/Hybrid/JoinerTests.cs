using System.Diagnostics.Metrics;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>Who may take a value that another caller in the same process has started to compute, and another instance supersedes. These tests need a redis-server of their own.</summary>
public sealed class JoinerTests : IAsyncLifetime
{
    private RedisServer _server = null!;

    public static TheoryData<bool> ByRemoval => [true, false];

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>Those who had come before Redis was asked began before whatever supersedes the value: they need no second run.</summary>
    [Theory]
    [MemberData(nameof(ByRemoval))]
    public async Task JoinedEarly_TakesTheValue(bool byRemoval)
    {
        await using var instance = NewInstance();
        await using var other = NewInstance();
        var cache = instance.Get<HybridCache>();
        await cache.SetAsync("other", "v"); // connects
        var source = Source.HeldVersions();

        _server.Hang();
        var calls = Enumerable.Range(0, 10).Select(_ => CallAsync(cache, source)).ToArray();
        _server.Resume();
        await source.Started;
        await SupersedeAsync(other, byRemoval);
        source.Release();

        Assert.All(await Task.WhenAll(calls), value => Assert.Equal("v1", value));
        Assert.Equal(1, source.Runs);
        Assert.Null(await cache.PeekAsync<string>("k"));
    }

    /// <summary>Those who come after it must not take the value, although their instance hears of nothing.</summary>
    [Theory]
    [MemberData(nameof(ByRemoval))]
    public async Task JoinedLate_DoesNotTakeTheValue(bool byRemoval)
    {
        await using var deaf = NewInstance(",channelPrefix=elsewhere");
        await using var other = NewInstance();
        var cache = deaf.Get<HybridCache>();
        var source = Source.HeldVersions();
        var early = CallAsync(cache, source);
        await source.Started;
        await SupersedeAsync(other, byRemoval);
        var late = CallAsync(cache, source);
        source.Release();

        Assert.Equal("v1", await early);
        Assert.Equal("v2", await late);
    }

    /// <summary>They came before the eviction, and their instance has asked Redis since they came, while it waited for another instance.</summary>
    [Fact]
    public async Task JoinedOneThatWaits_TakesWhatItHasWaitedFor()
    {
        await using var leader = NewInstance();
        await using var follower = NewInstance();
        await using var other = NewInstance();
        var source = Source.HeldVersions();
        using var lookups = new MetricCollector<long>(follower.Get<IMeterFactory>(), RedisTagCacheDiagnostics.MeterName, RedisTagCacheDiagnostics.LookupsInstrument);
        var first = CallAsync(leader.Get<HybridCache>(), source);
        await source.Started;
        var waiting = CallAsync(follower.Get<HybridCache>(), source);
        await Eventually.BecomesTrueAsync(() => Count() > 0, "Redis was asked for the value");

        // One more lookup may be under way when they come.
        var joined = Enumerable.Range(0, 5).Select(_ => CallAsync(follower.Get<HybridCache>(), source)).ToArray();
        var before = Count();
        await Eventually.BecomesTrueAsync(() => Count() > before + 1, "Redis was asked again");
        await SupersedeAsync(other, byRemoval: false);
        source.Release();

        Assert.All(await Task.WhenAll([first, waiting, .. joined]), static value => Assert.Equal("v1", value));
        Assert.Equal(1, source.Runs);

        long Count() => lookups.GetMeasurementSnapshot().Sum(static measurement => measurement.Value);
    }

    private Instance NewInstance(string more = "") => Instance.Create(_server.ConnectionString + more, options => options.OperationTimeout = TimeSpan.FromSeconds(10));

    private static Task<string> CallAsync(HybridCache cache, Source<string> source) => cache.GetOrCreateAsync("k", source.ReadAsync, tags: ["t"]).AsTask();

    private static async Task SupersedeAsync(Instance other, bool byRemoval)
    {
        var cache = other.Get<HybridCache>();
        await (byRemoval ? cache.RemoveAsync("k") : cache.RemoveByTagAsync("t"));
    }
}
