using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using RedisTagCache.Diagnostics;
using RedisTagCache.TestSupport;
using Names = RedisTagCache.RedisTagCacheDiagnostics;

namespace RedisTagCache.IntegrationTests.Diagnostics;

/// <summary>What values and their copies count and log, each for its reason, and without a key or a tag.</summary>
public sealed class ValueInstrumentTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private const string Secret = "personal";

    [Fact]
    public async Task Instruments_OfValues_MoveForTheirReasons()
    {
        var logs = new FakeLoggerProvider();
        await using var instance = NewInstance(services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(logs)));
        await using var other = NewInstance();
        Collected[] all =
        [
            .. new[] { Names.LookupsInstrument, Names.FactoryCallsInstrument, Names.RefreshesInstrument, Names.BypassesInstrument, Names.MessagesInstrument }
                .Select(name => new Collected(instance, name)),
        ];
        using var factories = new MetricCollector<double>(instance.Get<IMeterFactory>(), Names.MeterName, Names.FactoryDurationInstrument);
        var cache = instance.Get<ITagCache>();

        // A leader, whom another caller joins. Connected, it is the one under way.
        await cache.TryGetAsync<string>("other");
        var (running, gate) = (new TaskCompletionSource(), new TaskCompletionSource<string>());
        var leading = cache.GetOrCreateAsync(
            Secret,
            (_, _) =>
            {
                running.SetResult();
                return new ValueTask<string>(gate.Task);
            },
            tags: [Secret]);
        await running.Task;
        var joining = cache.GetOrCreateAsync(Secret, (_, _) => new ValueTask<string>("never"));
        await Eventually.BecomesTrueAsync(() => Sum(Names.FactoryCallsInstrument, ("role", "coalesced")) == 1, "one has joined");
        gate.SetResult("v");
        Assert.Equal(("v", "v"), (await leading, await joining));
        Assert.Equal(1, Sum(Names.FactoryCallsInstrument, ("role", "leader")));
        Assert.Single(factories.GetMeasurementSnapshot(), m => (string?)m.Tags["outcome"] == "ok");

        // A copy; its size.
        await cache.GetOrCreateAsync(Secret, (_, _) => new ValueTask<string>("never"));
        Assert.Equal(1, Sum(Names.LookupsInstrument, ("region", "hybrid"), ("outcome", "hit_local")));
        Assert.Equal(1, Observe<int>(instance, Names.LocalEntriesInstrument));
        Assert.InRange(Observe<long>(instance, Names.LocalBytesInstrument), 50, 2_000);

        // A stale copy, which is refreshed.
        await other.Get<ITagCache>().ExpireByTagAsync(Secret);
        await Eventually.BecomesTrueAsync(
            async () => await cache.GetOrCreateAsync(Secret, (_, _) => new ValueTask<string>("new"), new CachePolicy { StaleWindow = TimeSpan.FromMinutes(1) }, [Secret]) == "new",
            "it was refreshed");
        Assert.True(Sum(Names.LookupsInstrument, ("outcome", "stale_local")) >= 1);
        Assert.True(Sum(Names.RefreshesInstrument, ("outcome", "done")) >= 1);

        // Announcements.
        await other.Get<ITagCache>().RemoveAsync(Secret);
        await Eventually.BecomesTrueAsync(
            () => Sum(Names.MessagesInstrument, ("kind", "eviction"), ("outcome", "applied")) >= 1 && Sum(Names.MessagesInstrument, ("kind", "removal"), ("outcome", "applied")) >= 1,
            "both were announced");

        // Values that are not kept.
        await cache.GetOrCreateAsync(Secret + new string('k', 2_000), (_, _) => new ValueTask<string>("v"));
        await cache.GetOrCreateAsync(Secret + "large", (_, _) => new ValueTask<byte[]>(new byte[2_000_000]));
        await cache.GetOrCreateAsync(Secret + "unserializable", (_, _) => new ValueTask<Action>(() => { }));
        await cache.GetOrCreateAsync(Secret + "unwanted", (context, _) => new ValueTask<bool>(context.IsStored = false));
        foreach (var reason in new[] { "key_length", "payload_size", "serialization", "factory" })
            Assert.Equal(1, Sum(Names.BypassesInstrument, ("reason", reason)));

        // An old value in place of a failure.
        var safe = new CachePolicy { Lifetime = TimeSpan.FromMilliseconds(1), FailSafeWindow = TimeSpan.FromMinutes(1), RetryDelay = TimeSpan.Zero };
        await cache.SetAsync(Secret + "safe", "old", safe);
        await Eventually.BecomesTrueAsync(async () => !(await cache.TryGetAsync<string>(Secret + "safe")).HasValue, "it expired");
        Assert.Equal("old", await cache.GetOrCreateAsync<string>(Secret + "safe", (_, _) => throw new InvalidOperationException("away"), safe));
        Assert.Equal(1, Sum(Names.LookupsInstrument, ("outcome", "fail_safe")));
        Assert.Contains(factories.GetMeasurementSnapshot(), m => (string?)m.Tags["outcome"] == "error");

        Assert.DoesNotContain(all.SelectMany(c => c.Collector.GetMeasurementSnapshot()).SelectMany(m => m.Tags.Values), v => v?.ToString()!.Contains(Secret, StringComparison.Ordinal) == true);
        var records = logs.Collector.GetSnapshot();
        Assert.Contains(records, r => r.Id.Id == LogIds.ValueNotKept);
        Assert.Contains(records, r => r.Id.Id == LogIds.FactoryFailedSafe);
        Assert.DoesNotContain(records, r => r.Message.Contains(Secret, StringComparison.Ordinal));

        long Sum(string instrument, params (string Name, string Value)[] tags) =>
            all.Single(c => c.Name == instrument).Collector.GetMeasurementSnapshot().Where(m => tags.All(tag => (string?)m.Tags.GetValueOrDefault(tag.Name) == tag.Value)).Sum(m => m.Value);
    }

    private Instance NewInstance(Action<IServiceCollection>? services = null) => Instance.Create(redis.ConnectionString, o => o.KeyPrefix = "instruments", services);

    private static T Observe<T>(Instance instance, string name)
        where T : struct
    {
        using var collector = new MetricCollector<T>(instance.Get<IMeterFactory>(), Names.MeterName, name);
        collector.RecordObservableInstruments();
        return collector.LastMeasurement!.Value;
    }

    private sealed class Collected(Instance instance, string name)
    {
        public string Name => name;

        public MetricCollector<long> Collector { get; } = new(instance.Get<IMeterFactory>(), Names.MeterName, name);
    }
}
