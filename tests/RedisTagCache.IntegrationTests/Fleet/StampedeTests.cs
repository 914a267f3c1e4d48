using RedisTagCache.Worker;

namespace RedisTagCache.IntegrationTests.Fleet;

/// <summary>Many callers in many processes want what is not there: it is computed once.</summary>
[Collection(WorkerFleet.Name)]
public sealed class StampedeTests(WorkerFleet fleet)
{
    [Theory]
    [InlineData(0, false)] // over before the others have asked: they must not compute it after that
    [InlineData(5, false)]
    [InlineData(400, false)]
    [InlineData(400, true)]
    public async Task ColdKey_WantedBy400CallersIn8Processes_IsComputedOnce(int milliseconds, bool throughHybridCache)
    {
        for (var round = 0; round < 3; round++)
        {
            var key = WorkerFleet.NewKey();
            var calls = fleet.Workers
                .Select(worker => worker.Begin(new Command(Verb.GetOrCreate, key)
                {
                    Callers = 50,
                    Takes = TimeSpan.FromMilliseconds(milliseconds),
                    ThroughHybridCache = throughHybridCache,
                }))
                .ToArray();
            var answers = await Task.WhenAll(calls.Select(call => call.Done));

            Assert.Equal(1, await fleet.RunsAsync(key));
            Assert.Equal(1, calls.Sum(call => call.Runs));
            Assert.Empty(answers.SelectMany(answer => answer.Errors));
            Assert.Equal(400, answers.Sum(answer => answer.Values.Length));
            Assert.NotNull(Assert.Single(answers.SelectMany(answer => answer.Values).Distinct()));
        }
    }

    [Fact]
    public async Task FactoryLongerThanTheLease_IsStillTheOnlyOne()
    {
        var key = WorkerFleet.NewKey();
        var calls = fleet.Workers
            .Select(worker => worker.Begin(new Command(Verb.GetOrCreate, key) { Callers = 5, Takes = 1.7 * WorkerFleet.LeaseDuration }))
            .ToArray();
        var answers = await Task.WhenAll(calls.Select(call => call.Done));
        Assert.Equal(1, await fleet.RunsAsync(key));
        Assert.Empty(answers.SelectMany(answer => answer.Errors));
        Assert.NotNull(Assert.Single(answers.SelectMany(answer => answer.Values).Distinct()));
    }
}
