using System.Diagnostics;
using RedisTagCache.TestSupport;
using static RedisTagCache.IntegrationTests.Fleet.Latencies;

namespace RedisTagCache.IntegrationTests.Fleet;

/// <summary>Stale-while-revalidate for very many keys at once: each is refreshed once a period by the whole fleet, and nobody waits.</summary>
[Collection(WorkerFleet.Name)]
public sealed class RefreshTests : IAsyncLifetime
{
    private const int Keys = 20_000;
    private const int Instances = 4;
    private const int WalkersEach = 2;
    private static readonly TimeSpan _lifetime = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan _takes = TimeSpan.FromMilliseconds(200);
    private static readonly CachePolicy _policy = new() { Lifetime = _lifetime, StaleWindow = TimeSpan.FromMinutes(5) };

    private readonly List<Run>[] _runs = [.. Enumerable.Range(0, Keys).Select(_ => new List<Run>(4))];
    private readonly Latencies _all = new();
    private readonly Latencies _stale = new();
    private RedisServer _server = null!;
    private Instance[] _fleet = [];
    private long _waited;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _fleet = [.. Enumerable.Range(0, Instances).Select(_ => Instance.Create(_server.ConnectionString))];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _fleet)
            await instance.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task StaleValues_OfVeryManyKeys_AreRefreshedOnceAPeriod_AndNobodyWaits()
    {
        await Parallel.ForAsync(0, Keys, new ParallelOptions { MaxDegreeOfParallelism = 100 }, (key, _) => SetAsync(_fleet[0].Get<ITagCache>(), key));

        await using var load = new BackgroundLoad();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < Instances * WalkersEach; i++)
        {
            var (cache, from) = (_fleet[i % Instances].Get<ITagCache>(), Keys / (Instances * WalkersEach) * i);
            load.Start(stop => WalkAsync(cache, from, stop));
        }

        await Eventually.BecomesTrueAsync(
            () => load.HasFailed || (watch.Elapsed > 2.5 * _lifetime && _runs.All(runs => runs.Count >= 2)),
            "each key has been refreshed",
            TimeSpan.FromSeconds(35));
        await load.StopAsync(); // an exception of a caller fails the test here
        var gaps = _runs.SelectMany(GapsOf).ToArray();
        _all.PrintAs("all calls");
        _stale.PrintAs("stale hits");
        Print($"{gaps.Length} refreshes of {Keys} keys by {Instances} instances in {watch.Elapsed.TotalSeconds:F1} s; the shortest time from a refresh to the next: {gaps.Min().TotalSeconds:F3} s of {_lifetime.TotalSeconds} s; {_waited} waited");
        Assert.True(gaps.Length >= Keys && _stale.Count >= Keys, "Each key went stale, was given out, and was refreshed.");
        Assert.Equal(0, gaps.Count(gap => gap < 0.9 * _lifetime));
        Assert.Equal(0, _waited);
        Assert.True(_stale.P99 < _takes.TotalMilliseconds / 4, "A stale hit does not wait for a factory.");
    }

    /// <summary>From the end of each run to the begin of the next: a lifetime, if only one instance refreshes.</summary>
    private static IEnumerable<TimeSpan> GapsOf(List<Run> runs)
    {
        Run[] sorted;
        lock (runs)
            sorted = [.. runs.OrderBy(run => run.Start)];
        return sorted.Zip(sorted.Skip(1), (run, next) => Stopwatch.GetElapsedTime(run.End, next.Start));
    }

    private async ValueTask SetAsync(ITagCache cache, int key)
    {
        var now = Stopwatch.GetTimestamp();
        _runs[key].Add(new Run(now, now));
        await cache.SetAsync(Name(key), new Run(now, now), _policy);
    }

    private async Task WalkAsync(ITagCache cache, int from, CancellationToken stop)
    {
        for (var i = from; !stop.IsCancellationRequested; i++)
        {
            var key = i % Keys;
            var start = Stopwatch.GetTimestamp();
            var run = await cache.GetOrCreateAsync(Name(key), key, ComputeAsync, _policy, cancellationToken: CancellationToken.None);
            _all.AddSince(start);
            if (Stopwatch.GetElapsedTime(run.End, start) > _lifetime)
                _stale.AddSince(start);
            if (run.Start > start)
                Interlocked.Increment(ref _waited); // the whole run took place while the caller waited
            if (i % 200 == 0)
                await Task.Delay(1, CancellationToken.None); // so that it leaves the processor some time
        }
    }

    private async ValueTask<Run> ComputeAsync(int key, CacheContext context, CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        await Task.Delay(_takes, stop);
        var run = new Run(start, Stopwatch.GetTimestamp());
        lock (_runs[key])
            _runs[key].Add(run);
        return run;
    }

    private static string Name(int key) => FormattableString.Invariant($"key:{key}");

    /// <summary>One run of a factory, and the value it gives.</summary>
    public sealed record Run(long Start, long End);
}
