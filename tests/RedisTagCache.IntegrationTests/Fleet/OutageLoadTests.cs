using System.Collections.Concurrent;
using System.Diagnostics;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Fleet;

/// <summary>Redis hangs, goes on, is killed and comes back under load, on instances with own copies and without: no caller hears of it.</summary>
[Collection(Calm.Name)]
public sealed class OutageLoadTests : IAsyncLifetime
{
    private const int Keys = 300;
    private const int CallersEach = 4;
    private static readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _phase = TimeSpan.FromSeconds(2);
    private static readonly CachePolicy _policy = new() { Lifetime = TimeSpan.FromSeconds(1) };

    private readonly ConcurrentQueue<string> _exceptions = new();
    private RedisServer _server = null!;
    private (bool HasCopies, Instance Instance)[] _fleet = [];
    private Phase _now = new("before");

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _fleet = [.. new[] { 1_000, 1_000, 0, 0 }.Select(copies => (copies > 0, NewInstance(copies)))];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, instance) in _fleet)
            await instance.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task HungAndKilledUnderLoad_NoCallerSeesAnException_AndNoneWaitsForLong()
    {
        foreach (var (_, instance) in _fleet)
            await instance.Get<ITagCache>().GetOrCreateAsync("warm", ComputeAsync, _policy);

        await using var load = new BackgroundLoad();
        foreach (var (hasCopies, instance) in Enumerable.Repeat(_fleet, CallersEach).SelectMany(all => all))
            load.Start(stop => CallAsync(instance.Get<ITagCache>(), hasCopies, stop));
        var phases = new List<Phase> { await EndPhaseAsync("hung") };
        _server.Hang();
        phases.Add(await EndPhaseAsync("resumed"));
        _server.Resume();
        var afterHang = await IsSharedAsync(_fleet[0].Instance, _fleet[2].Instance);
        phases.Add(await EndPhaseAsync("killed"));
        _server.Kill();
        phases.Add(await EndPhaseAsync("restarted"));
        await _server.RestartAsync();
        var afterKill = await IsSharedAsync(_fleet[1].Instance, _fleet[3].Instance);
        phases.Add(await EndPhaseAsync("over"));
        await load.StopAsync();

        foreach (var phase in phases)
        {
            phase.WithCopies.PrintAs($"{phase.Name}, with own copies");
            phase.WithoutCopies.PrintAs($"{phase.Name}, without");
        }

        Latencies.Print($"values were shared again {afterHang.TotalMilliseconds:F0} ms after the resume, {afterKill.TotalMilliseconds:F0} ms after the restart");
        Assert.Empty(_exceptions);
        Assert.All(phases, phase => Assert.True(phase.WithCopies.Count > 300 && phase.WithoutCopies.Count > 300, $"Callers go on while it is {phase.Name}."));
        Assert.All(phases, phase => Assert.True(phase.Max < (2 * _timeout.TotalMilliseconds) + 1_000, $"No caller waits for much more than a lookup and a write ({phase.Name})."));
        Assert.All(phases, phase => Assert.True(phase.P99 < _timeout.TotalMilliseconds, $"Only the first calls of an outage wait ({phase.Name})."));
        Assert.True(afterHang < TimeSpan.FromSeconds(8) && afterKill < TimeSpan.FromSeconds(8), "Values are shared again within seconds.");
    }

    private Instance NewInstance(int copies) => Instance.Create(_server.ConnectionString, options =>
    {
        options.OperationTimeout = _timeout;
        options.LocalCacheEntries = copies;
    });

    private async Task CallAsync(ITagCache cache, bool hasCopies, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var phase = Volatile.Read(ref _now);
            var start = Stopwatch.GetTimestamp();
            try
            {
                Assert.Equal(1, await cache.GetOrCreateAsync($"key:{Random.Shared.Next(Keys)}", ComputeAsync, _policy, cancellationToken: CancellationToken.None));
            }
            catch (Exception e)
            {
                _exceptions.Enqueue(e.ToString()); // the test framework would print the object with all it refers to
            }

            (hasCopies ? phase.WithCopies : phase.WithoutCopies).AddSince(start);
            await Task.Delay(1, CancellationToken.None); // so that the load leaves the processor some time
        }
    }

    private static async ValueTask<int> ComputeAsync(CacheContext context, CancellationToken stop)
    {
        await Task.Delay(2, stop); // a computation takes its time
        return 1;
    }

    /// <summary>Lets a phase last its time; then gives it, and begins the next.</summary>
    private async Task<Phase> EndPhaseAsync(string next)
    {
        var watch = Stopwatch.StartNew();
        await Eventually.BecomesTrueAsync(() => watch.Elapsed > _phase, "the phase has lasted");
        return Interlocked.Exchange(ref _now, new Phase(next));
    }

    /// <summary>What one instance computes is found by the other.</summary>
    private static Task<TimeSpan> IsSharedAsync(Instance one, Instance other) => Eventually.BecomesTrueAsync(
        async () =>
        {
            var key = WorkerFleet.NewKey();
            await one.Get<ITagCache>().GetOrCreateAsync(key, ComputeAsync, _policy);
            return await other.Get<ITagCache>().TryGetAsync<int>(key) is { HasValue: true };
        },
        "values are shared");

    private sealed record Phase(string Name)
    {
        public Latencies WithCopies { get; } = new();

        public Latencies WithoutCopies { get; } = new();

        public double Max => Math.Max(WithCopies.Max, WithoutCopies.Max);

        public double P99 => Math.Max(WithCopies.P99, WithoutCopies.P99);
    }
}
