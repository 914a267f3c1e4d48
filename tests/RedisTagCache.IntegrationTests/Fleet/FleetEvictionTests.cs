using RedisTagCache.TestSupport;
using RedisTagCache.Worker;

namespace RedisTagCache.IntegrationTests.Fleet;

/// <summary>Evictions reach the copies of all processes, no matter which process evicts and which ones read.</summary>
[Collection(WorkerFleet.Name)]
public sealed class FleetEvictionTests(WorkerFleet fleet)
{
    private readonly string _key = WorkerFleet.NewKey();
    private readonly string _tag = WorkerFleet.NewKey();

    [Fact]
    public async Task Star_EmptiesEveryProcess()
    {
        var keys = Enumerable.Range(0, 20).Select(_ => WorkerFleet.NewKey()).ToArray();
        foreach (var (i, key) in keys.Index())
            await fleet.Workers[i % 8].GetAsync(new Command(Verb.GetOrCreate, key) { Value = "v", Tags = i % 2 == 0 ? [] : [_tag] });
        foreach (var key in keys)
            await fleet.CopyEverywhereAsync(key, "v");

        await fleet.Workers[7].GetAsync(new Command(Verb.Evict, "*"));
        await NoneHasAsync(keys);
        Assert.Equal("w", await fleet.Workers[2].GetAsync(new Command(Verb.GetOrCreate, keys[0]) { Value = "w" }));
        Assert.All(await fleet.ReadEverywhereAsync(keys[0]), value => Assert.Equal("w", value));
    }

    [Fact]
    public async Task Star_EvictsPagesToo_AndAPagesEvictionEvictsValues()
    {
        await using var instance = Instance.Create(fleet.ConnectionString);
        await instance.Store.WriteAsync(_key, "page", _tag, "*"); // as every page of output caching does
        await fleet.Workers[0].GetAsync(new Command(Verb.Evict, "*"));
        Assert.Null(await instance.Store.ReadAsync(_key));

        await fleet.Workers[0].GetAsync(new Command(Verb.Set, _key) { Value = "v", Tags = [_tag] });
        await fleet.CopyEverywhereAsync(_key, "v");
        await instance.Store.EvictByTagAsync(_tag);
        await NoneHasAsync(_key);
    }

    [Fact]
    public async Task Eviction_ByAnInstanceThatNeverSawTheKey_Works()
    {
        await fleet.Workers[0].GetAsync(new Command(Verb.GetOrCreate, _key) { Value = "v", Tags = [_tag, "other"] });
        await fleet.CopyEverywhereAsync(_key, "v");
        await using var stranger = Instance.Create(fleet.ConnectionString);
        await stranger.Get<ITagCache>().EvictByTagAsync(_tag);
        await NoneHasAsync(_key);
        Assert.Equal("new", await fleet.Workers[1].GetAsync(new Command(Verb.GetOrCreate, _key) { Value = "new" }));
    }

    [Fact]
    public async Task Copy_OfAReaderThatPassedNoTags_IsEvictedByThoseOfTheEntry()
    {
        await fleet.Workers[0].GetAsync(new Command(Verb.GetOrCreate, _key) { Value = "v", Tags = [_tag] });
        await fleet.CopyEverywhereAsync(_key, "v");
        await fleet.Workers[0].GetAsync(new Command(Verb.Evict, _tag));
        await NoneHasAsync(_key);
    }

    [Fact]
    public async Task Copy_IsEvictedByTheTagsOfTheFactory()
    {
        await fleet.Workers[0].GetAsync(new Command(Verb.GetOrCreate, _key) { Value = "v", Tags = ["call"], FactoryTags = [_tag] });
        await fleet.CopyEverywhereAsync(_key, "v");
        await fleet.Workers[3].GetAsync(new Command(Verb.Evict, _tag));
        await NoneHasAsync(_key);
    }

    [Fact]
    public async Task Expiry_IsSeenByEveryProcess_AndRefreshedOnce()
    {
        var policy = new CachePolicy { StaleWindow = TimeSpan.FromMinutes(5) };
        await fleet.Workers[0].GetAsync(new Command(Verb.GetOrCreate, _key) { Value = "old", Tags = [_tag], Policy = policy });
        await fleet.CopyEverywhereAsync(_key, "old");
        await fleet.Workers[1].GetAsync(new Command(Verb.Expire, _tag));

        // Each caller gets the old value without waiting for the new one, which one process computes for all.
        var refreshing = new Command(Verb.GetOrCreate, _key) { Value = "new", Tags = [_tag], Policy = policy, Takes = TimeSpan.FromMilliseconds(50) };
        await Eventually.BecomesTrueAsync(
            async () => (await Task.WhenAll(fleet.Workers.Select(worker => worker.GetAsync(refreshing)))).All(value => value == "new"), "all have the new value", TimeSpan.FromSeconds(2));
        Assert.Equal(2, await fleet.RunsAsync(_key));
    }

    /// <summary>A copy is returned without a lookup in Redis only while it is fresh, as <see cref="CachePolicy.LocalLifetime"/> says. Redis has the new value.</summary>
    [Fact]
    public async Task StaleCopy_OfAProcessThatComputesNothing_GivesWayToTheNewValue()
    {
        var policy = new CachePolicy { StaleWindow = TimeSpan.FromMinutes(5) };
        await fleet.Workers[0].GetAsync(new Command(Verb.GetOrCreate, _key) { Value = "old", Tags = [_tag], Policy = policy });
        await fleet.CopyEverywhereAsync(_key, "old");
        await fleet.Workers[1].GetAsync(new Command(Verb.Expire, _tag));
        await Eventually.BecomesTrueAsync(
            async () => await fleet.Workers[2].GetAsync(new Command(Verb.GetOrCreate, _key) { Value = "new", Tags = [_tag], Policy = policy }) == "new", "one has refreshed it", TimeSpan.FromSeconds(2));
        await Eventually.BecomesTrueAsync(async () => (await fleet.ReadEverywhereAsync(_key)).All(value => value == "new"), "all read the new value", TimeSpan.FromSeconds(3));
    }

    /// <summary>Messages need a moment; then it must stay so.</summary>
    private async Task NoneHasAsync(params string[] keys)
    {
        await Eventually.BecomesTrueAsync(
            async () => (await Task.WhenAll(keys.Select(key => fleet.ReadEverywhereAsync(key, readers: 1)))).SelectMany(values => values).All(value => value is null),
            "no process has them",
            TimeSpan.FromSeconds(2));
        foreach (var key in keys)
            Assert.All(await fleet.ReadEverywhereAsync(key), Assert.Null);
    }
}
