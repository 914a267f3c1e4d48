using System.Diagnostics;
using RedisTagCache.TestSupport;
using RedisTagCache.Worker;

namespace RedisTagCache.IntegrationTests.Fleet;

/// <summary>Old values that are returned in the meantime, if the process that computes the new one is lost or fails.</summary>
[Collection(WorkerFleet.Name)]
public sealed class StaleValueTests(WorkerFleet fleet)
{
    private static readonly TimeSpan _lifetime = TimeSpan.FromMilliseconds(200);
    private readonly string _key = WorkerFleet.NewKey();

    [Fact]
    public async Task RefresherKilled_NobodyWaits_AndAnotherTakesOver()
    {
        var policy = new CachePolicy { Lifetime = _lifetime, StaleWindow = TimeSpan.FromMinutes(5) };
        await WriteAndOutliveAsync(policy);
        var refresher = fleet.Workers[6].Begin(GetOrCreate(policy, "the refresher's") with { Takes = TimeSpan.FromMinutes(5) });
        Assert.Equal("old", (await refresher.Done).Values[0]);
        await refresher.Running;
        foreach (var worker in fleet.Workers)
            Assert.Equal("old", await worker.GetAsync(GetOrCreate(policy, "too early")));
        Assert.Equal(1, await fleet.RunsAsync(_key));

        var takes = TimeSpan.FromSeconds(4);
        var killed = Stopwatch.GetTimestamp();
        fleet.Workers[6].Kill();
        var others = fleet.Workers.Where(static (_, i) => i != 6).ToArray();
        var (longest, refreshed) = (TimeSpan.Zero, TimeSpan.Zero);
        var lasting = policy with { Lifetime = TimeSpan.FromMinutes(5) }; // so that there is one further refresh
        try
        {
            await Eventually.BecomesTrueAsync(
                async () =>
                {
                    var start = Stopwatch.GetTimestamp();
                    var values = await Task.WhenAll(others.Select(worker => worker.GetAsync(GetOrCreate(lasting, "new") with { Takes = takes })));
                    longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, Stopwatch.GetElapsedTime(start).Ticks));
                    Assert.All(values, value => Assert.Contains(value, new[] { "old", "new" }));
                    return values.All(value => value == "new");
                },
                "another has refreshed it",
                WorkerFleet.LeaseDuration + takes + (takes / 2) - Stopwatch.GetElapsedTime(killed));
            refreshed = Stopwatch.GetElapsedTime(killed);
        }
        finally
        {
            await fleet.ReplaceAsync(6); // only now, since a process takes its time to start
        }

        Latencies.Print($"refreshed {refreshed.TotalMilliseconds:F0} ms after the kill; the longest round of reads took {longest.TotalMilliseconds:F0} ms");
        Assert.Equal(2, await fleet.RunsAsync(_key));
        Assert.True(longest < takes / 2, "Nobody waits for a factory.");
    }

    [Fact]
    public async Task FactoryFailsInOneProcess_AllGiveTheOldValue_AndNoneTriesAgainForAWhile()
    {
        var policy = new CachePolicy { Lifetime = _lifetime, FailSafeWindow = TimeSpan.FromMinutes(5), RetryDelay = TimeSpan.FromSeconds(2) };
        await WriteAndOutliveAsync(policy);
        Assert.Equal("old", await fleet.Workers[0].GetAsync(GetOrCreate(policy, "never") with { Fails = true }));
        Assert.Equal(1, await fleet.RunsAsync(_key));
        foreach (var worker in fleet.Workers)
            Assert.Equal("old", await worker.GetAsync(GetOrCreate(policy, "too early")));
        Assert.Equal(1, await fleet.RunsAsync(_key));

        await Eventually.BecomesTrueAsync(
            async () => await fleet.Workers[1].GetAsync(GetOrCreate(policy with { Lifetime = TimeSpan.FromMinutes(5) }, "new")) == "new", "it is tried again", TimeSpan.FromSeconds(3));
        Assert.Equal(2, await fleet.RunsAsync(_key));
    }

    private Command GetOrCreate(CachePolicy policy, string value) => new(Verb.GetOrCreate, _key) { Policy = policy, Value = value };

    /// <summary>An old value that all processes have read, past its lifetime.</summary>
    private async Task WriteAndOutliveAsync(CachePolicy policy)
    {
        await fleet.Workers[7].GetAsync(new Command(Verb.Set, _key) { Value = "old", Policy = policy });
        var written = Stopwatch.GetTimestamp();
        await fleet.ReadEverywhereAsync(_key, readers: 1);
        await Eventually.BecomesTrueAsync(() => Stopwatch.GetElapsedTime(written) > 1.5 * _lifetime, "it is past its lifetime");
    }
}
