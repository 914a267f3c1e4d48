using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using RedisTagCache.Diagnostics;
using RedisTagCache.Management;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Diagnostics;

/// <summary>In an outage a burst of failures is one line with a count, and the next line tells what came in between.</summary>
public sealed class LogBurstTests : IAsyncLifetime
{
    private const int AtOnce = 40;
    private readonly FakeLoggerProvider _logs = new();
    private readonly ForwardTime _time = new();
    private RedisServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Failures_OfAHungServer_AreOneLineEachAndCounted()
    {
        await using var instance = NewInstance();
        await instance.Store.WriteAsync("k", "v", "t");
        _server.Hang();
        await Task.WhenAll(Times(() => instance.Store.ReadAsync("k")));
        await Task.WhenAll(Times(() => FailAsync(instance)));
        Assert.Single(CountsOf(LogIds.LookupFailed)); // its count is 1 or, when more failed in the same moment, theirs too
        Assert.Single(CountsOf(LogIds.EvictionFailed));
        Assert.Single(CountsOf(LogIds.CircuitOpened));

        _time.Forward(TimeSpan.FromSeconds(11));
        await FailAsync(instance);
        AssertTwoLinesCountAll(LogIds.EvictionFailed);
        _server.Resume();
        await Eventually.BecomesTrueAsync(() => !instance.Get<ITagCacheStatistics>().GetSnapshot().IsCircuitOpen, "it answers");
        _server.Hang();
        await instance.Store.ReadAsync("k");
        AssertTwoLinesCountAll(LogIds.LookupFailed);
    }

    [Fact]
    public async Task Writes_ToAHungServer_AreOneLine()
    {
        await using var instance = NewInstance();
        var cache = instance.Get<IDistributedCache>();
        await cache.SetStringAsync("k", "v");
        _server.Hang();
        await Task.WhenAll(Times(() => cache.SetStringAsync("k", "v")));
        Assert.Single(CountsOf(LogIds.WriteSkipped));
    }

    [Fact]
    public async Task Connecting_WithoutAServer_IsOneLineHoweverOftenItIsTried()
    {
        _server.Kill();
        await using var instance = NewInstance();
        await FailAsync(instance);
        await Eventually.BecomesTrueAsync(() => CountsOf(LogIds.ConnectFailed).Count > 0, "the first line");
        for (var i = 0; i < 5; i++)
        {
            _time.Forward(TimeSpan.FromSeconds(1.5)); // time for another try
            await FailAsync(instance);
        }

        Assert.Equal([1], CountsOf(LogIds.ConnectFailed));
        _time.Forward(TimeSpan.FromSeconds(11));
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                _time.Forward(TimeSpan.FromSeconds(1.5));
                await FailAsync(instance);
                return CountsOf(LogIds.ConnectFailed).Count > 1;
            },
            "the next line");
        Assert.InRange(CountsOf(LogIds.ConnectFailed)[1], 2, 1_000); // those in between, too
    }

    private static IEnumerable<Task> Times(Func<Task> call) => Enumerable.Range(0, AtOnce).Select(_ => call());

    private static async Task FailAsync(Instance instance) =>
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await instance.Store.EvictByTagAsync("t"));

    private void AssertTwoLinesCountAll(int id)
    {
        var counts = CountsOf(id);
        Assert.Equal(2, counts.Count);
        Assert.Equal(AtOnce + 1, counts.Sum());
    }

    /// <summary>The counts of all lines with an id; 1 for one that has none.</summary>
    private List<long> CountsOf(int id) =>
        [.. _logs.Collector.GetSnapshot().Where(line => line.Id.Id == id).Select(line => long.Parse(line.GetStructuredStateValue("Count") ?? "1", null))];

    private Instance NewInstance() => Instance.Create(
        _server.ConnectionString,
        o => o.OperationTimeout = TimeSpan.FromMilliseconds(500),
        services =>
        {
            services.AddSingleton<TimeProvider>(_time);
            services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_logs));
        });

    /// <summary>The real time, which can be put forward; timers run as ever.</summary>
    private sealed class ForwardTime : TimeProvider
    {
        private long _ahead;

        public void Forward(TimeSpan by) => Interlocked.Add(ref _ahead, (long)(by.TotalSeconds * TimestampFrequency));

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _ahead);
    }
}
