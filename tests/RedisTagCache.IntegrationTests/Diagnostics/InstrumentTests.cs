using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using RedisTagCache.Diagnostics;
using RedisTagCache.TestSupport;
using Names = RedisTagCache.RedisTagCacheDiagnostics;

namespace RedisTagCache.IntegrationTests.Diagnostics;

/// <summary>Every instrument moves for its reason, and none carries a key or a tag.</summary>
public sealed class InstrumentTests : IAsyncLifetime
{
    private const string Secret = "personal";
    private readonly FakeLoggerProvider _logs = new();
    private RedisServer _server = null!;
    private Instance _instance = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _instance = Instance.Create(
            _server.ConnectionString,
            o => o.OperationTimeout = TimeSpan.FromSeconds(2),
            s => s.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_logs)));
    }

    public async ValueTask DisposeAsync()
    {
        await _instance.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task EveryCounter_MovesForItsReason_AndNamesNoKeyOrTag()
    {
        var lookups = Collect<long>(Names.LookupsInstrument);
        var writes = Collect<long>(Names.WritesInstrument);
        var evictions = Collect<long>(Names.EvictionsInstrument);
        var removals = Collect<long>(Names.RemovalsInstrument);
        var syncs = Collect<long>(Names.TagStateSyncsInstrument);
        var durations = Collect<double>(Names.OperationDurationInstrument);
        var store = _instance.Store;

        await store.ReadAsync(Secret);
        await store.WriteAsync(Secret, "v", Secret);
        await store.ReadAsync(Secret);
        await store.ExpireByTagAsync(Secret);
        await store.ReadAsync(Secret);
        await store.EvictByTagAsync([Secret, "other"]);
        await store.ReadAsync(Secret);
        await store.WriteAsync(Secret, "v", CacheVersion.Unknown, Secret);
        await store.RemoveAsync(StoreExtensions.Page(Secret));
        await _instance.Get<IDistributedCache>().SetStringAsync(Secret, "v");
        await _instance.Get<IDistributedCache>().GetStringAsync(Secret);

        Assert.Equal(2, Sum(lookups, ("region", "pages"), ("outcome", "miss"), ("reason", "absent")));
        Assert.Equal(1, Sum(lookups, ("region", "pages"), ("outcome", "hit")));
        Assert.Equal(1, Sum(lookups, ("region", "pages"), ("outcome", "stale")));
        Assert.Equal(1, Sum(lookups, ("region", "pages"), ("outcome", "miss"), ("reason", "evicted")));
        Assert.Equal(1, Sum(lookups, ("region", "distributed"), ("outcome", "hit")));
        Assert.Equal(1, Sum(writes, ("region", "pages"), ("outcome", "stored")));
        Assert.Equal(1, Sum(writes, ("region", "pages"), ("outcome", "rejected")));
        Assert.Equal(1, Sum(writes, ("region", "distributed"), ("outcome", "stored")));
        Assert.Equal(2, Sum(evictions, ("kind", "evict"), ("outcome", "done")));
        Assert.Equal(1, Sum(evictions, ("kind", "expire"), ("outcome", "done")));
        Assert.Equal(1, Sum(removals, ("region", "pages"), ("outcome", "done")));
        Assert.True(Sum(syncs, ("outcome", "ok")) >= 1);
        foreach (var operation in new[] { "read", "write", "invalidate", "sync", "remove" })
            Assert.Contains(durations.GetMeasurementSnapshot(), m => (string?)m.Tags["operation"] == operation && (string?)m.Tags["outcome"] == "ok");

        _server.Kill();
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await store.ReadAsync(Secret);
                await store.WriteAsync(Secret, "v");
                return Sum(lookups, ("reason", "unavailable")) > 5 && Sum(writes, ("outcome", "skipped")) + Sum(writes, ("outcome", "rejected")) > 5;
            },
            "trouble is counted");
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await store.EvictByTagAsync(Secret));
        Assert.Equal(1, Sum(evictions, ("kind", "evict"), ("outcome", "failed")));

        var all = lookups.GetMeasurementSnapshot().Concat(writes.GetMeasurementSnapshot()).Concat(evictions.GetMeasurementSnapshot()).Concat(removals.GetMeasurementSnapshot());
        Assert.DoesNotContain(all.SelectMany(m => m.Tags.Values), v => v?.ToString()!.Contains(Secret, StringComparison.Ordinal) == true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Logs_NameNoKeyOrTag_AndABurstIsOneLine(bool isHung)
    {
        await _instance.Store.WriteAsync(Secret, "v", Secret);
        if (isHung)
            _server.Hang();
        else
            _server.Kill();
        for (var i = 0; i < 50; i++)
        {
            await _instance.Store.ReadAsync(Secret);
            await _instance.Get<IDistributedCache>().SetStringAsync(Secret, "v");
        }

        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await _instance.Store.EvictByTagAsync(Secret));
        var records = _logs.Collector.GetSnapshot();
        Assert.Contains(records, r => r.Id.Id == LogIds.CircuitOpened);
        Assert.Single(records, r => r.Id.Id == LogIds.LookupFailed);
        Assert.All(records, r => Assert.DoesNotContain(Secret, r.Message + r.Exception, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Gauges_ShowTheCircuitAndTheTagInvalidations()
    {
        var circuit = Collect<int>(Names.CircuitStateInstrument);
        var tags = Collect<int>(Names.TagStateTagsInstrument);
        await _instance.Store.EvictByTagAsync(["a", "b"]);
        tags.RecordObservableInstruments();
        Assert.Equal(2, tags.LastMeasurement!.Value);

        _server.Hang();
        await Eventually.BecomesTrueAsync(async () => await StateAsync() == 1, "the circuit is open");
        _server.Resume();
        await Eventually.BecomesTrueAsync(async () => await StateAsync() == 0, "the circuit is closed");

        async Task<int> StateAsync()
        {
            await _instance.Store.ReadAsync("k");
            circuit.RecordObservableInstruments();
            return circuit.LastMeasurement!.Value;
        }
    }

    [Fact]
    public async Task Activities_NameTheOutcome_AndNoKeyOrTag()
    {
        var activities = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Names.ActivitySourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                lock (activities)
                    activities.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var parent = new Activity("test").Start();
        await _instance.Store.WriteAsync(Secret, "v", Secret);
        await _instance.Store.EvictByTagAsync(Secret);

        lock (activities)
        {
            var own = activities.Where(a => a.TraceId == parent.TraceId).ToArray();
            Assert.Contains(own, a => a.OperationName == "cache.lookup" && (string?)a.GetTagItem("redistagcache.outcome") == "miss");
            Assert.Contains(own, a => a.OperationName == "cache.write" && (string?)a.GetTagItem("redistagcache.outcome") == "stored");
            Assert.Contains(own, a => a.OperationName == "cache.evict" && (string?)a.GetTagItem("redistagcache.outcome") == "done");
            Assert.DoesNotContain(own.SelectMany(a => a.TagObjects), t => t.Value?.ToString()!.Contains(Secret, StringComparison.Ordinal) == true);
        }
    }

    [Fact]
    public async Task WhatRunsInTheBackground_IsNoPartOfTheFirstRequest()
    {
        using var source = new ActivitySource("request");
        var syncs = new ConcurrentBag<ActivityTraceId>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = activity =>
            {
                if (activity.OperationName == "cache.sync")
                    syncs.Add(activity.TraceId);
            },
        };
        ActivitySource.AddActivityListener(listener);
        ActivityTraceId first;
        using (var request = source.StartActivity("first")!)
        {
            first = request.TraceId;
            await _instance.Get<ITagCache>().SetAsync("k", "v");
        }

        syncs.Clear();
        var count = _logs.Collector.Count;
        await using var connection = await _server.ConnectAsync();
        await connection.GetDatabase().KeyDeleteAsync("{rtc:0}:epoch");
        await Eventually.BecomesTrueAsync(() => _logs.Collector.GetSnapshot().Skip(count).Any(log => log.Id == LogIds.GenerationBegan), "the loss was found");
        Assert.DoesNotContain(first, syncs);
    }

    private MetricCollector<T> Collect<T>(string instrument)
        where T : struct => new(_instance.Get<IMeterFactory>(), Names.MeterName, instrument);

    private static long Sum(MetricCollector<long> collector, params (string Name, string Value)[] dimensions) =>
        collector.GetMeasurementSnapshot().Where(m => dimensions.All(d => (string?)m.Tags.GetValueOrDefault(d.Name) == d.Value)).Sum(m => m.Value);
}
