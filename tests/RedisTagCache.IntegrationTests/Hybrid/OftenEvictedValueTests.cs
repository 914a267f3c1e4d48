using System.Collections.Concurrent;
using System.Diagnostics;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>A value that is evicted more often than it can be computed: nobody waits for more than two computations, and nobody gets one from before he came.</summary>
[Collection(Quiet.Name)]
public sealed class OftenEvictedValueTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private const int Instances = 4;
    private const int Callers = 5;
    private static readonly TimeSpan _computing = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _duration = TimeSpan.FromSeconds(6);

    private long _version;
    private long _evicted;
    private readonly ConcurrentQueue<(long Began, long Ended)> _runs = new();

    [Fact]
    public async Task Callers_OfAnOftenEvictedValue_WaitForAtMostTwoComputations()
    {
        var prefix = "t" + Guid.NewGuid().ToString("N");
        var fleet = Enumerable.Range(0, Instances).Select(_ => Instance.Create(redis.ConnectionString, options => options.KeyPrefix = prefix)).ToArray();
        await CompileAsync(fleet);
        using var stop = new CancellationTokenSource(_duration);
        var took = new ConcurrentQueue<(long Came, long Left)>();
        var evicting = EvictAsync(fleet[0].Get<ITagCache>(), stop.Token);
        var violations = await Task.WhenAll(fleet.SelectMany(instance => Enumerable.Range(0, Callers).Select(_ => AskAsync(instance.Get<ITagCache>(), took, stop.Token))));
        await evicting;
        foreach (var instance in fleet)
            await instance.DisposeAsync();

        // Counted rather than timed: on a busy machine, each step takes longer than it should.
        var longest = took.Max(static call => Stopwatch.GetElapsedTime(call.Came, call.Left));
        var waits = took.Max(call => _runs.Count(run => run.Ended > call.Came && run.Ended < call.Left));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"value that takes {_computing.TotalMilliseconds} ms, evicted every 100 ms: {_runs.Count} runs in {_duration.TotalSeconds} s, {took.Count} calls, the longest {longest.TotalMilliseconds:F0} ms, of up to {waits} runs");
        Assert.Equal(0, violations.Sum());
        Assert.InRange(waits, 1, 2);
        Assert.True(longest < _patience, $"Nobody waits while nothing is computed: {longest}");
    }

    /// <summary>Has everything compiled: while that takes place, a call is under way for longer than a computation.</summary>
    private async Task CompileAsync(Instance[] fleet)
    {
        using var stop = new CancellationTokenSource();
        var evicting = EvictAsync(fleet[0].Get<ITagCache>(), stop.Token);
        var asking = fleet.Select(instance => AskAsync(instance.Get<ITagCache>(), [], stop.Token)).ToArray();
        await Eventually.BecomesTrueAsync(() => _runs.Count >= 3, "values are computed");
        await stop.CancelAsync();
        await Task.WhenAll(asking);
        await evicting;
        _runs.Clear();
    }

    private async Task EvictAsync(ITagCache cache, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var version = Interlocked.Increment(ref _version);
            await cache.EvictByTagAsync("t", CancellationToken.None);
            Interlocked.Exchange(ref _evicted, version);
            await Task.Delay(100, CancellationToken.None); // the rate
        }
    }

    private async Task<int> AskAsync(ITagCache cache, ConcurrentQueue<(long Came, long Left)> took, CancellationToken stop)
    {
        // Copies in memory follow evictions by others a moment later, so Redis is asked.
        var policy = new CachePolicy { Flags = Microsoft.Extensions.Caching.Hybrid.HybridCacheEntryFlags.DisableLocalCacheRead };
        var violations = 0;
        while (!stop.IsCancellationRequested)
        {
            var evicted = Interlocked.Read(ref _evicted);
            var start = Stopwatch.GetTimestamp();
            var value = await cache.GetOrCreateAsync("k", async (_, _) => await ComputeAsync(), policy, ["t"], CancellationToken.None);
            took.Enqueue((start, Stopwatch.GetTimestamp()));
            if (value < evicted)
                violations++;
        }

        return violations;
    }

    private async Task<long> ComputeAsync()
    {
        var start = Stopwatch.GetTimestamp();
        var version = Interlocked.Read(ref _version);
        await Task.Delay(_computing, CancellationToken.None); // a computation takes its time
        _runs.Enqueue((start, Stopwatch.GetTimestamp()));
        return version;
    }
}
