using System.Buffers;
using System.Text;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;
using static RedisTagCache.TestSupport.StoreExtensions;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>What holds across the instances of a fleet, and Microsoft's does not do: copies elsewhere follow, and one factory runs in all.</summary>
public abstract class FleetContract(IEngine engine) : HybridSuite(engine, HybridMakers.Ours)
{
    private static readonly TimeSpan _aMoment = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData("t")]
    [InlineData("*")]
    public async Task RemoveByTag_ElsewhereEndsTheCopiesOfEveryInstance(string tag)
    {
        await FillAsync("k");
        await A.RemoveByTagAsync(tag);
        Assert.Null(await A.PeekAsync<string>("k")); // its own at once
        Assert.Null(await B.InRedisAsync("k"));
        await Eventually.BecomesTrueAsync(async () => await B.InMemoryAsync("k") is null, "the copy elsewhere ended", _aMoment);
        Assert.Equal("v1", await B.GetOrCreateAsync("k", Source.Versions().ReadAsync));
    }

    [Fact]
    public async Task Remove_ElsewhereEndsTheCopiesOfEveryInstance()
    {
        await FillAsync("one", "two", "other");
        await A.RemoveAsync("one");
        await A.RemoveAsync(["two"]);
        Assert.Equal((null, null), (await A.PeekAsync<string>("one"), await A.PeekAsync<string>("two")));
        await Eventually.BecomesTrueAsync(async () => await B.PeekAsync<string>("one") is null && await B.PeekAsync<string>("two") is null, "the copies elsewhere ended", _aMoment);
        Assert.Equal("filled", await B.InMemoryAsync("other"));
    }

    [Theory]
    [InlineData("\U00010000k")] // its first half is the mark of hashed names
    [InlineData("\uD800")]
    [InlineData("\u65E5\u672C")]
    public async Task Remove_OfAnUnusualKey_EndsTheCopiesOfEveryInstance(string key)
    {
        await FillAsync(key);
        await A.RemoveAsync(key);
        await Eventually.BecomesTrueAsync(async () => await B.PeekAsync<string>(key) is null, "the copy elsewhere ended", _aMoment);
    }

    [Fact]
    public async Task Set_ElsewhereReplacesTheCopiesOfEveryInstance()
    {
        await FillAsync("k");
        await A.SetAsync("k", "replaced");
        Assert.Equal("replaced", await A.InMemoryAsync("k"));
        Assert.Equal("replaced", await B.InRedisAsync("k"));
        await Eventually.BecomesTrueAsync(async () => await B.PeekAsync<string>("k") == "replaced", "the copy elsewhere was replaced", _aMoment);
    }

    [Fact]
    public async Task GetOrCreate_OnThreeInstances_RunsOneFactory()
    {
        var source = Source.HeldVersions();
        HybridCache[] fleet = [A, B, NewCache()];
        var calls = Enumerable.Range(0, 60).Select(i => fleet[i % 3].GetOrCreateAsync("k", source.ReadAsync).AsTask()).ToArray();
        await source.Started;
        foreach (var cache in fleet)
            await SettleAsync(cache); // the others have had the time to look for themselves
        Assert.Equal(1, source.Runs);
        source.Release();
        Assert.All(await Task.WhenAll(calls), value => Assert.Equal("v1", value));
        Assert.Equal(1, source.Runs);
    }

    [Fact]
    public async Task FactoryThatThrowsElsewhere_IsTriedHere()
    {
        var failing = new Source<string>(_ => throw new InvalidDataException(), isHeld: true);
        var failed = A.GetOrCreateAsync("k", failing.ReadAsync).AsTask();
        await failing.Started;
        var call = B.GetOrCreateAsync("k", Source.Versions().ReadAsync).AsTask();
        failing.Release();
        await Assert.ThrowsAsync<InvalidDataException>(() => failed);
        Assert.Equal("v1", await call.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Theory]
    [InlineData("tag")]
    [InlineData("remove")]
    public async Task ValueStartedBeforeARemoval_IsGivenToItsCallers_AndNotKept(string how)
    {
        var source = Source.HeldVersions();
        var call = A.GetOrCreateAsync("k", source.ReadAsync, tags: ["t"]).AsTask();
        await source.Started;
        await (how == "tag" ? B.RemoveByTagAsync("t") : B.RemoveAsync("k"));
        source.Release();
        Assert.Equal("v1", await call);
        Assert.Null(await B.PeekAsync<string>("k"));
        await Eventually.BecomesTrueAsync(async () => await A.PeekAsync<string>("k") is null, "no copy of it stays", _aMoment);
    }

    [Theory]
    [InlineData("tag")]
    [InlineData("remove")]
    public async Task CallerAfterARemoval_DoesNotJoinARunFromBefore(string how)
    {
        var (before, after) = (Source.HeldVersions("before"), Source.Versions("after"));
        var early = A.GetOrCreateAsync("k", before.ReadAsync, tags: ["t"]).AsTask();
        await before.Started;
        await (how == "tag" ? A.RemoveByTagAsync("t") : A.RemoveAsync("k"));
        var late = A.GetOrCreateAsync("k", after.ReadAsync, tags: ["t"]).AsTask();
        before.Release();
        Assert.Equal("before1", await early);
        Assert.Equal("after1", await late.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal("after1", await B.GetOrCreateAsync("k", after.ReadAsync));
    }

    [Fact]
    public async Task SetWhileComputing_IsWhatIsKept()
    {
        var source = Source.HeldVersions();
        var call = A.GetOrCreateAsync("k", source.ReadAsync).AsTask();
        await source.Started;
        await B.SetAsync("k", "set");
        source.Release();
        await call;
        Assert.Equal("set", await NewCache().PeekAsync<string>("k"));
        await Eventually.BecomesTrueAsync(async () => await A.PeekAsync<string>("k") == "set", "no copy of the other stays", _aMoment);
    }

    [Fact]
    public async Task Set_ThatAnEvictionSupersedes_DoesNotLeaveWhatItReplaces()
    {
        var during = new Hooked();
        var cache = NewCache(setup => setup with { Services = services => services.AddSingleton<IHybridCacheSerializer<string>>(during) });
        await cache.SetAsync("k", "old", tags: ["old"]);
        during.Serializing = () => cache.RemoveByTagAsync("new").AsTask();
        await cache.SetAsync("k", "new", tags: ["new"]);
        Assert.Null(await B.PeekAsync<string>("k"));
        Assert.Null(await cache.PeekAsync<string>("k"));
    }

    [Fact]
    public async Task Set_ThatRedisRefuses_DoesNotLeaveWhatItReplaces()
    {
        await A.SetAsync("k", "old");
        Assert.Equal("old", await B.CopyAsync("k"));
        foreach (var epoch in KeysWith(":epoch"))
        {
            var stamp = (string)(await Database.StringGetAsync(epoch))!;
            await Database.StringSetAsync(epoch, stamp[..^8] + "0badcafe"); // as after a failover that A has not noticed
        }

        await A.SetAsync("k", "new");
        Assert.NotEqual("old", await NewCache().PeekAsync<string>("k"));
        await Eventually.BecomesTrueAsync(async () => await B.PeekAsync<string>("k") != "old", "no copy of it stays", _aMoment);
    }

    /// <summary>Another instance has found the loss and started a new generation, and this one has not heard of that.</summary>
    [Fact]
    public async Task RemoveByTag_AfterTheEpochWasLost_OwnCopyIsNotServed()
    {
        await A.SetAsync("k", "old", tags: ["t"]);
        Assert.Equal("old", await A.CopyAsync("k"));
        await Database.DeleteAsync(KeysWith(":epoch"));
        Assert.Null(await B.PeekAsync<string>("k"));
        await A.RemoveByTagAsync("t");
        Assert.Null(await A.PeekAsync<string>("k"));
    }

    [Fact]
    public async Task Tags_AreThoseOfPages()
    {
        await using var pages = NewStore("test");
        await pages.Store.WriteAsync("page", "v", "t");
        await A.SetAsync("k", "v", tags: ["t"]);
        await A.RemoveByTagAsync("t");
        Assert.Null(await pages.Store.ReadAsync("page"));

        await A.SetAsync("k", "v", tags: ["t"]);
        await pages.Store.EvictByTagAsync("t");
        Assert.Null(await B.PeekAsync<string>("k"));
        await Eventually.BecomesTrueAsync(async () => await A.PeekAsync<string>("k") is null, "the copy ended", _aMoment);
    }

    [Fact]
    public async Task Builds_ShareEvictions_AndNoValues()
    {
        await using var next = NewStore("next");
        var other = next.Get<HybridCache>();
        await A.SetAsync("k", "v", tags: ["t"]);
        Assert.Null(await other.PeekAsync<string>("k"));
        await other.SetAsync("k", "next", tags: ["t"]);
        Assert.Equal("v", await B.PeekAsync<string>("k"));
        await other.RemoveByTagAsync("t");
        Assert.Null(await NewCache().PeekAsync<string>("k"));
    }

    private async Task FillAsync(params string[] keys)
    {
        foreach (var key in keys)
        {
            // Not set: the announcement of that may come after the first look, and costs the copy.
            Assert.Equal("filled", await A.GetOrCreateAsync(key, static _ => new ValueTask<string>("filled"), tags: ["t"]));
            Assert.Equal("filled", await B.CopyAsync(key));
            Assert.Equal(("filled", "filled"), (await A.InMemoryAsync(key), await B.InMemoryAsync(key)));
        }
    }

    /// <summary>Strings as they are; something happens while they are written.</summary>
    private sealed class Hooked : IHybridCacheSerializer<string>
    {
        public Func<Task> Serializing { get; set; } = static () => Task.CompletedTask;

        public string Deserialize(ReadOnlySequence<byte> source) => Encoding.UTF8.GetString(source);

        public void Serialize(string value, IBufferWriter<byte> target)
        {
            Task.Run(Serializing).GetAwaiter().GetResult();
            target.Write(Encoding.UTF8.GetBytes(value));
        }
    }

    private Instance NewStore(string build) => Instance.Create(Engine.ConnectionString, options =>
    {
        (options.KeyPrefix, options.Partitions, options.BuildNamespace) = (Prefix, Engine.Asked, build);
    });
}

public sealed class StandaloneFleetTests(StandaloneEngine engine) : FleetContract(engine), IClassFixture<StandaloneEngine>;

public sealed class PartitionedFleetTests(PartitionedEngine engine) : FleetContract(engine), IClassFixture<PartitionedEngine>;

public sealed class ClusterFleetTests(ClusterEngine engine) : FleetContract(engine), IClassFixture<ClusterEngine>;

public sealed class EmbeddedFleetTests(EmbeddedEngine engine) : FleetContract(engine), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryFleetTests(InMemoryEngine engine) : FleetContract(engine), IClassFixture<InMemoryEngine>;
