using System.Diagnostics;
using RedisTagCache.TestSupport;
using RedisTagCache.Worker;
using static RedisTagCache.IntegrationTests.Fleet.Latencies;

namespace RedisTagCache.IntegrationTests.Fleet;

/// <summary>The process that computes for the others is killed, hangs, or fails.</summary>
[Collection(WorkerFleet.Name)]
public sealed class LeaderTests(WorkerFleet fleet)
{
    private static readonly TimeSpan _longest = WorkerFleet.LeaseDuration + TimeSpan.FromSeconds(1);
    private readonly string _key = WorkerFleet.NewKey();

    [Theory]
    [InlineData(0)]
    [InlineData(1.6)] // the lease has been renewed by then
    public async Task Killed_TheOthersHaveAValueSoonAfterItsLeaseHasEnded_ComputedOnce(double leasesBefore)
    {
        var leader = fleet.Workers[0].Begin(new Command(Verb.GetOrCreate, _key) { Takes = TimeSpan.FromMinutes(5), Value = "the leader's" });
        var running = await leader.Running;
        var others = await BeginOthersAsync(leader: 0);
        await Eventually.BecomesTrueAsync(() => Stopwatch.GetElapsedTime(running.At) >= leasesBefore * WorkerFleet.LeaseDuration, "it has computed for a while");
        Assert.Equal(1, await fleet.RunsAsync(_key));

        var killed = Stopwatch.GetTimestamp();
        fleet.Workers[0].Kill();
        var answers = await Task.WhenAll(others.Select(call => call.Done));
        await fleet.ReplaceAsync(0);

        PrintTimes("killed", killed, answers);
        AssertOneFurtherRun(answers, await fleet.RunsAsync(_key));
        Assert.All(answers, answer => Assert.True(Stopwatch.GetElapsedTime(killed, answer.At) < _longest, "A caller waited for much longer than the lease."));
        Assert.Equal(answers[0].Values[0], await fleet.Workers[0].GetAsync(new Command(Verb.TryGet, _key)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Hung_TheOthersTakeOver_AndWhatItGivesLateReplacesNothingNewer(bool isRemoved)
    {
        var leader = fleet.Workers[1].Begin(new Command(Verb.GetOrCreate, _key) { Callers = 3, Takes = TimeSpan.FromSeconds(1), Value = "the leader's" });
        await leader.Running;
        var others = await BeginOthersAsync(leader: 1);
        var stopped = Stopwatch.GetTimestamp();
        fleet.Workers[1].Stop();
        string? current;
        try
        {
            var answers = await Task.WhenAll(others.Select(call => call.Done));
            PrintTimes("hung", stopped, answers);
            AssertOneFurtherRun(answers, await fleet.RunsAsync(_key));
            Assert.All(answers, answer => Assert.True(Stopwatch.GetElapsedTime(stopped, answer.At) < _longest, "A caller waited for much longer than the lease."));
            current = answers[0].Values[0];
            if (isRemoved)
            {
                await fleet.Workers[2].GetAsync(new Command(Verb.Remove, _key));
                await Eventually.BecomesTrueAsync(
                    async () => await fleet.Workers[3].GetAsync(new Command(Verb.TryGet, _key)) is null, "it has heard of the removal", TimeSpan.FromSeconds(2));
                current = await fleet.Workers[3].GetAsync(new Command(Verb.GetOrCreate, _key) { Value = "after the removal" });
                Assert.Equal("after the removal", current);
            }
        }
        finally
        {
            fleet.Workers[1].Resume();
        }

        var late = await leader.Done;
        Assert.Empty(late.Errors);
        Assert.All(late.Values, value => Assert.Contains(value, new[] { "the leader's", current }));
        for (var i = 0; i < 20; i++)
        {
            var read = await fleet.ReadEverywhereAsync(_key);
            if (isRemoved)
                Assert.All(read, value => Assert.Equal(current, value));
            else
                Assert.All(read, value => Assert.Contains(value, new[] { "the leader's", current }));
        }

        await fleet.Workers[1].GetAsync(new Command(Verb.Set, _key) { Value = "it works on" });
        foreach (var worker in fleet.Workers)
            await Eventually.BecomesTrueAsync(async () => await worker.GetAsync(new Command(Verb.TryGet, _key)) == "it works on", "its write is seen", TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Throws_TheOthersAreToldAtOnce_AndOneOfThemComputes()
    {
        var leader = fleet.Workers[2].Begin(new Command(Verb.GetOrCreate, _key) { Callers = 3, Takes = TimeSpan.FromMilliseconds(400), Fails = true });
        await leader.Running;
        var others = await BeginOthersAsync(leader: 2);
        var failed = await leader.Done;
        Assert.Equal(3, failed.Errors.Length);
        Assert.All(failed.Errors, error => Assert.StartsWith("InvalidOperationException: A factory failed", error, StringComparison.Ordinal));
        var answers = await Task.WhenAll(others.Select(call => call.Done));

        PrintTimes("failed", failed.At, answers);
        AssertOneFurtherRun(answers, await fleet.RunsAsync(_key));
        Assert.All(answers, answer => Assert.True(Stopwatch.GetElapsedTime(failed.At, answer.At) < TimeSpan.FromMilliseconds(200), "They were not told, but looked after a while."));
    }

    /// <summary>Callers in all processes but the leader's, which wait for it by the time this returns.</summary>
    private async Task<WorkerCall[]> BeginOthersAsync(int leader)
    {
        var calls = fleet.Workers.Where((_, i) => i != leader)
            .Select(worker => worker.Begin(new Command(Verb.GetOrCreate, _key) { Callers = 20, Takes = TimeSpan.FromMilliseconds(50) }))
            .ToArray();
        await Task.WhenAll(calls.Select(call => call.Called));
        return calls;
    }

    private static void AssertOneFurtherRun(Answer[] answers, long runs)
    {
        Assert.Equal(2, runs);
        Assert.Empty(answers.SelectMany(answer => answer.Errors));
        var value = Assert.Single(answers.SelectMany(answer => answer.Values).Distinct());
        Assert.NotNull(value);
        Assert.NotEqual("the leader's", value);
    }

    private static void PrintTimes(string what, long since, Answer[] answers) => Print(
        $"{what}: the others had a value after {string.Join(", ", answers.Select(a => Stopwatch.GetElapsedTime(since, a.At).TotalMilliseconds.ToString("F0")))} ms; the lease is {WorkerFleet.LeaseDuration.TotalMilliseconds:F0} ms");
}
