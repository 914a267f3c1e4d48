using System.Diagnostics;
using RedisTagCache.TestSupport;
using RedisTagCache.Worker;

namespace RedisTagCache.IntegrationTests.Fleet;

/// <summary>A value is being computed by one process while another evicts or removes it: its callers get it, and nobody else, ever.</summary>
[Collection(WorkerFleet.Name)]
public sealed class SupersededValueTests(WorkerFleet fleet)
{
    private static readonly TimeSpan _takes = TimeSpan.FromMilliseconds(400);
    private readonly string _key = WorkerFleet.NewKey();
    private readonly string _tag = WorkerFleet.NewKey();

    private WorkerProcess Computer => fleet.Workers[0];

    private WorkerProcess Evictor => fleet.Workers[1];

    public static TheoryData<string> Changes => ["evicted", "evicted by the factory's tag", "removed", "*"];

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Superseded_IsGivenToItsCallers_AndServedNowhere(string how)
    {
        var call = await ComputeAsync("old", how);
        await SupersedeAsync(how);
        Assert.False(call.Done.IsCompleted, "It was superseded while it was computed.");
        var answer = await call.Done;
        Assert.Empty(answer.Errors);
        Assert.Equal("old", Assert.Single(answer.Values));

        await IsReadNowhereAsync("old");
        var runs = await fleet.RunsAsync(_key);
        Assert.Equal("new", await fleet.Workers[3].GetAsync(GetOrCreate("new", how)));
        Assert.Equal(runs + 1, await fleet.RunsAsync(_key));
        Assert.All(await Task.WhenAll(fleet.Workers.Select(worker => worker.GetAsync(GetOrCreate("newer", how)))), value => Assert.Equal("new", value));
        Assert.Equal(runs + 1, await fleet.RunsAsync(_key));
    }

    /// <summary>The same without local copies, and for an instance that was not there when it happened.</summary>
    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Superseded_IsNotInRedisEither(string how)
    {
        var call = await ComputeAsync("old", how);
        await SupersedeAsync(how);
        await call.Done;
        await using var copyless = Instance.Create(fleet.ConnectionString, options => options.LocalCacheEntries = 0);
        for (var i = 0; i < 50; i++)
            Assert.False((await copyless.Get<ITagCache>().TryGetAsync<string>(_key)).HasValue);
    }

    /// <summary>What is refused in the end must not leave its lease behind, for which the next would wait.</summary>
    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Superseded_HoldsUpNobodyWhenItIsDone(string how)
    {
        var call = await ComputeAsync("old", how);
        await SupersedeAsync(how);
        var waiting = fleet.Workers[2].Begin(GetOrCreate("new", how));
        var done = await call.Done;
        var next = await fleet.Workers[3].DoAsync(GetOrCreate("newer", how));
        foreach (var answer in new[] { await waiting.Done, next })
        {
            Assert.StartsWith("new", answer.Values[0], StringComparison.Ordinal);
            Assert.True(Stopwatch.GetElapsedTime(done.At, answer.At) < WorkerFleet.LeaseDuration / 4, "It waited for a lease that nobody needs.");
        }
    }

    /// <summary>Those who come after the eviction must not get what began before it, although it is still being computed and then at hand.</summary>
    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Value_RequestedBetweenEvictionAndEnd_IsComputedAgain(string how)
    {
        var call = await ComputeAsync("old", how);
        await SupersedeAsync(how);
        var later = fleet.Workers.Skip(2).Select(worker => worker.Begin(GetOrCreate("new", how) with { Callers = 5, Takes = TimeSpan.FromMilliseconds(20) })).ToArray();
        var answers = await Task.WhenAll(later.Select(l => l.Done));
        Assert.Empty(answers.SelectMany(answer => answer.Errors));
        Assert.All(answers.SelectMany(answer => answer.Values), value => Assert.Equal("new", value));

        Assert.Equal(2, await fleet.RunsAsync(_key));
        await call.Done;
        await IsReadNowhereAsync("old");
        Assert.All(await fleet.ReadEverywhereAsync(_key), value => Assert.Equal("new", value));
    }

    /// <summary>Nor where it is computed: there the computation at hand must not be joined any more.</summary>
    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Value_RequestedInTheComputingProcessAfterTheEviction_IsComputedAgain(string how)
    {
        // It has heard as soon as its copy of another value is gone that was evicted after that.
        var canary = WorkerFleet.NewKey();
        await Computer.GetAsync(new Command(Verb.Set, canary) { Value = "canary", Tags = [canary] });
        var call = await ComputeAsync("old", how);
        await SupersedeAsync(how);
        await Evictor.GetAsync(new Command(Verb.Evict, canary));
        Assert.Null(await Computer.GetAsync(new Command(Verb.Watch, canary) { Value = "canary" }));
        Assert.False(call.Done.IsCompleted, "It is still being computed.");

        Assert.Equal("new", await Computer.GetAsync(GetOrCreate("new", how)));
        await call.Done;
        await IsReadNowhereAsync("old");
    }

    /// <summary>A value that was set meanwhile is newer than the one being computed.</summary>
    [Fact]
    public async Task SetMeanwhile_IsNotReplacedByWhatWasBeingComputed()
    {
        var call = await ComputeAsync("old", "set");
        await Evictor.GetAsync(new Command(Verb.Set, _key) { Value = "set" });
        Assert.False(call.Done.IsCompleted, "It was set while the other was computed.");
        await call.Done;
        await IsReadNowhereAsync("old");
        Assert.All(await fleet.ReadEverywhereAsync(_key), value => Assert.Equal("set", value));
    }

    private Command GetOrCreate(string value, string how) => new(Verb.GetOrCreate, _key)
    {
        Value = value,
        Tags = how == "evicted" ? [_tag] : [],
        FactoryTags = how == "evicted by the factory's tag" ? [_tag] : [],
    };

    /// <summary>Begins a computation with several callers, and returns when it runs.</summary>
    private async Task<WorkerCall> ComputeAsync(string value, string how)
    {
        var call = Computer.Begin(GetOrCreate(value, how) with { Takes = _takes });
        await call.Running;
        await call.Called;
        return call;
    }

    private async Task SupersedeAsync(string how) => await Evictor.GetAsync(how switch
    {
        "removed" => new Command(Verb.Remove, _key),
        "*" => new Command(Verb.Evict, "*"),
        _ => new Command(Verb.Evict, _tag),
    });

    private async Task IsReadNowhereAsync(string value)
    {
        for (var i = 0; i < 25; i++)
            Assert.DoesNotContain(value, await fleet.ReadEverywhereAsync(_key));
    }
}
