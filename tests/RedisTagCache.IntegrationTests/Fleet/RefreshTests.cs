using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using RedisTagCache.TestSupport;
using static RedisTagCache.IntegrationTests.Fleet.Latencies;

namespace RedisTagCache.IntegrationTests.Fleet;

/// <summary>Stale-while-revalidate for very many keys at once: each is refreshed once a period by the whole fleet, and nobody waits.</summary>
[Collection(WorkerFleet.Name)]
public sealed class RefreshTests : IAsyncLifetime
{
    private const int Keys = 8_000;
    private const int Instances = 4;
    private const int WalkersEach = 2;
    private const string Tag = "all";
    private static readonly TimeSpan _lifetime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _takes = TimeSpan.FromMilliseconds(200);
    private static readonly CachePolicy _policy = new() { Lifetime = _lifetime, StaleWindow = TimeSpan.FromMinutes(5) };

    private readonly List<Run>[] _runs = [.. Enumerable.Range(0, Keys).Select(_ => new List<Run>(4))];
    private readonly Latencies _all = new();
    private readonly Latencies _stale = new();
    private RedisServer _server = null!;
    private Instance[] _fleet = [];
    private long _expired;
    private long _waited;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _fleet = [.. Enumerable.Range(0, Instances).Select(_ => Instance.Create(
            _server.ConnectionString,
            static options => options.OperationTimeout = SharedServers.OperationTimeout, // a write that was skipped is a refresh that nobody finds
            static services => services.AddFakeLogging()))];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _fleet)
            await instance.DisposeAsync();
        await _server.DisposeAsync();
    }

    /// <summary>The keys were written one after the other, over a lifetime, and go stale so.</summary>
    [Fact]
    public async Task StaleValues_OfVeryManyKeys_AreRefreshedOnceAPeriod_AndNobodyWaits()
    {
        var watch = Stopwatch.StartNew();
        for (var key = 0; key < Keys; key++)
        {
            await SetAsync(key, _policy);
            if (watch.Elapsed < _lifetime * key / Keys)
                await Eventually.BecomesTrueAsync(() => watch.Elapsed >= _lifetime * key / Keys, "it is time for the next");
        }

        await WalkUntilAsync(() => _runs.All(runs => runs.Count >= 3), _policy);
        var gaps = _runs.SelectMany(GapsOf).ToArray();
        Print($"{gaps.Length} refreshes of {Keys} keys; the shortest time from a refresh to the next: {gaps.Min().TotalSeconds:F3} s of {_lifetime.TotalSeconds} s");
        Assert.True(gaps.Length >= 2 * Keys && _stale.Count >= 2 * Keys, "Each key went stale, was returned, and was refreshed.");
        Assert.Equal(0, gaps.Count(gap => gap < 0.9 * _lifetime));
        AssertNobodyWaited();
    }

    /// <summary>One expiry makes all copies of all instances stale at the same moment.</summary>
    [Fact]
    public async Task VeryManyKeys_ExpiredAtOnce_AreRefreshedOnce_AndNobodyWaits()
    {
        var policy = _policy with { Lifetime = TimeSpan.FromMinutes(5) };
        await Parallel.ForAsync(0, Keys, new ParallelOptions { MaxDegreeOfParallelism = 20 }, (key, _) => SetAsync(key, policy));
        await Task.WhenAll(_fleet.Select(instance => Parallel.ForAsync(
            0,
            Keys,
            new ParallelOptions { MaxDegreeOfParallelism = 20 },
            async (key, stop) => await instance.Get<ITagCache>().GetOrCreateAsync(Name(key), key, ComputeAsync, policy, cancellationToken: stop))));
        await _fleet[0].Get<ITagCache>().ExpireByTagAsync(Tag);
        _expired = Stopwatch.GetTimestamp();

        await WalkUntilAsync(() => _runs.All(runs => runs.Count >= 2), policy);
        var refreshes = _runs.Sum(runs => runs.Count - 1);
        Print($"{refreshes} refreshes of {Keys} keys");
        Assert.True(_stale.Count >= Keys, "Each key was returned while it was stale.");
        Assert.Equal(Keys, refreshes);
        AssertNobodyWaited();
    }

    private void AssertNobodyWaited()
    {
        Assert.Equal(0, _waited);
        Assert.True(_stale.P99 < _takes.TotalMilliseconds / 4, "A stale hit does not wait for a factory.");
    }

    /// <summary>Callers on all instances ask for all keys all the time.</summary>
    private async Task WalkUntilAsync(Func<bool> isEnough, CachePolicy policy)
    {
        await using var load = new BackgroundLoad();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < Instances * WalkersEach; i++)
        {
            var (cache, from) = (_fleet[i % Instances].Get<ITagCache>(), Keys / (Instances * WalkersEach) * i);
            load.Start(stop => WalkAsync(cache, from, policy, stop));
        }

        await Eventually.BecomesTrueAsync(() => load.HasFailed || isEnough(), "each key has been refreshed", TimeSpan.FromSeconds(30));
        await load.StopAsync(); // an exception of a caller fails the test here
        Print($"{Keys} keys on {Instances} instances, walked for {watch.Elapsed.TotalSeconds:F1} s; {_waited} calls waited for a factory");
        _all.PrintAs("all calls");
        _stale.PrintAs("stale hits");
        var logs = _fleet.SelectMany(instance => instance.Services.GetFakeLogCollector().GetSnapshot());
        foreach (var warnings in logs.Where(log => log.Level >= LogLevel.Warning).GroupBy(log => log.Message))
            Print($"logged {warnings.Count()} times: {warnings.Key} {warnings.First().Exception?.Message}");
    }

    /// <summary>From the end of each run to the begin of the next: a lifetime, if only one instance refreshes.</summary>
    private static IEnumerable<TimeSpan> GapsOf(List<Run> runs)
    {
        Run[] sorted;
        lock (runs)
            sorted = [.. runs.OrderBy(run => run.Start)];
        return sorted.Zip(sorted.Skip(1), (run, next) => Stopwatch.GetElapsedTime(run.End, next.Start));
    }

    private async ValueTask SetAsync(int key, CachePolicy policy)
    {
        var now = Stopwatch.GetTimestamp();
        _runs[key].Add(new Run(now, now));
        await _fleet[0].Get<ITagCache>().SetAsync(Name(key), new Run(now, now), policy, [Tag]);
    }

    private async Task WalkAsync(ITagCache cache, int from, CachePolicy policy, CancellationToken stop)
    {
        for (var i = from; !stop.IsCancellationRequested; i++)
        {
            var key = i % Keys;
            var start = Stopwatch.GetTimestamp();
            var run = await cache.GetOrCreateAsync(Name(key), key, ComputeAsync, policy, [Tag], CancellationToken.None);
            _all.AddSince(start);
            if (run.End < _expired || Stopwatch.GetElapsedTime(run.End, start) > policy.Lifetime)
                _stale.AddSince(start);
            if (run.Start > start)
                Interlocked.Increment(ref _waited); // the whole run took place while the caller waited
            if (i % 50 == 0)
                await Task.Delay(1, CancellationToken.None); // so that it leaves the processor some time
        }
    }

    private async ValueTask<Run> ComputeAsync(int key, CacheContext context, CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        await Task.Delay(_takes, stop); // a computation takes its time
        var run = new Run(start, Stopwatch.GetTimestamp());
        lock (_runs[key])
            _runs[key].Add(run);
        return run;
    }

    private static string Name(int key) => FormattableString.Invariant($"key:{key}");

    /// <summary>One run of a factory, and the value it gives.</summary>
    public sealed record Run(long Start, long End);
}
