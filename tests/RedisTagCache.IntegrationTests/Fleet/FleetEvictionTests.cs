using RedisTagCache.TestSupport;
using RedisTagCache.Worker;

namespace RedisTagCache.IntegrationTests.Fleet;

/// <summary>Evictions reach the copies of all processes, whoever evicts and whoever read what.</summary>
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
            await AllHaveCopiesAsync(key);

        await fleet.Workers[7].GetAsync(new Command(Verb.Evict, "*"));
        await NoneHasAsync(keys);
        Assert.Equal("w", await fleet.Workers[2].GetAsync(new Command(Verb.GetOrCreate, keys[0]) { Value = "w" }));
        Assert.All(await fleet.ReadEverywhereAsync(keys[0]), value => Assert.Equal("w", value));
    }

    [Fact]
    public async Task Star_EvictsPagesToo_AndAPagesEvictionEvictsValues()
    {
        await using var instance = Instance.Create(fleet.ConnectionString);
        await instance.Store.WriteAsync(_key, "page", _tag);
        await fleet.Workers[0].GetAsync(new Command(Verb.Evict, "*"));
        Assert.Null(await instance.Store.ReadAsync(_key));

        await fleet.Workers[0].GetAsync(new Command(Verb.Set, _key) { Value = "v", Tags = [_tag] });
        await AllHaveCopiesAsync(_key);
        await instance.Store.EvictByTagAsync(_tag);
        await NoneHasAsync(_key);
    }

    [Fact]
    public async Task Eviction_ByAnInstanceThatNeverSawTheKey_Works()
    {
        await fleet.Workers[0].GetAsync(new Command(Verb.GetOrCreate, _key) { Value = "v", Tags = [_tag, "other"] });
        await AllHaveCopiesAsync(_key);
        await using var stranger = Instance.Create(fleet.ConnectionString);
        await stranger.Get<ITagCache>().EvictByTagAsync(_tag);
        await NoneHasAsync(_key);
        Assert.Equal("new", await fleet.Workers[1].GetAsync(new Command(Verb.GetOrCreate, _key) { Value = "new" }));
    }

    [Fact]
    public async Task Copy_OfAReaderThatPassedNoTags_IsEvictedByThoseOfTheEntry()
    {
        await fleet.Workers[0].GetAsync(new Command(Verb.GetOrCreate, _key) { Value = "v", Tags = [_tag] });
        foreach (var reader in fleet.Workers.Skip(1))
            Assert.Equal("v", await reader.GetAsync(new Command(Verb.GetOrCreate, _key) { Value = "computed for want of a copy" }));
        await AllHaveCopiesAsync(_key);
        await fleet.Workers[0].GetAsync(new Command(Verb.Evict, _tag));
        await NoneHasAsync(_key);
    }

    [Fact]
    public async Task Copy_IsEvictedByTheTagsOfTheFactory()
    {
        await fleet.Workers[0].GetAsync(new Command(Verb.GetOrCreate, _key) { Value = "v", Tags = ["call"], FactoryTags = [_tag] });
        await AllHaveCopiesAsync(_key);
        await fleet.Workers[3].GetAsync(new Command(Verb.Evict, _tag));
        await NoneHasAsync(_key);
    }

    [Fact]
    public async Task Expiry_IsSeenByEveryProcess_AndRefreshedOnce()
    {
        var policy = new CachePolicy { StaleWindow = TimeSpan.FromMinutes(5) };
        await fleet.Workers[0].GetAsync(new Command(Verb.GetOrCreate, _key) { Value = "old", Tags = [_tag], Policy = policy });
        await AllHaveCopiesAsync(_key);
        await fleet.Workers[1].GetAsync(new Command(Verb.Expire, _tag));

        // Whoever asks gets the old value without waiting for the new one, which one process computes for all.
        foreach (var _ in Enumerable.Range(0, 50))
            await Task.WhenAll(fleet.Workers.Select(worker => worker.GetAsync(new Command(Verb.GetOrCreate, _key) { Value = "new", Tags = [_tag], Policy = policy, Takes = TimeSpan.FromMilliseconds(50) })));
        await Eventually.BecomesTrueAsync(async () => (await fleet.ReadEverywhereAsync(_key)).All(value => value == "new"), "all have the new value", TimeSpan.FromSeconds(2));
        Assert.Equal(2, await fleet.RunsAsync(_key));
    }

    private async Task AllHaveCopiesAsync(string key)
    {
        foreach (var worker in fleet.Workers)
        {
            await Eventually.BecomesTrueAsync(
                async () => await worker.GetAsync(new Command(Verb.TryGet, key)) is not null && await worker.GetAsync(new Command(Verb.TryGet, key) { Policy = ChangeExtensions.OwnCopies }) is not null,
                "it has a copy");
        }
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
