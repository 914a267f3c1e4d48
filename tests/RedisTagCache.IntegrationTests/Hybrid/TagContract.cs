using Microsoft.Extensions.Caching.Hybrid;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>What is removed by tag, as seen by the instance that removed it and by those that start later.</summary>
public abstract class TagContract(IEngine engine, IHybridMaker maker) : HybridSuite(engine, maker)
{
    [Fact]
    public async Task RemoveByTag_RemovesWhatCarriesIt_AndNothingElse()
    {
        await FillAsync(("one", ["a"]), ("two", ["a", "b"]), ("other", ["b"]), ("none", []));
        await A.RemoveByTagAsync("a");
        await GoneAsync("one", "two");
        await ThereAsync("other", "none");
    }

    [Fact]
    public async Task RemoveByTag_OfSeveral_RemovesWhatCarriesAnyOfThem()
    {
        await FillAsync(("one", ["a"]), ("two", ["b"]), ("both", ["a", "b", "c"]), ("other", ["c"]));
        await A.RemoveByTagAsync(["a", "b", "never used"]);
        await GoneAsync("one", "two", "both");
        await ThereAsync("other");
    }

    [Fact]
    public async Task RemoveByTag_Star_RemovesAll()
    {
        await FillAsync(("one", ["a"]), ("none", []));
        await A.RemoveByTagAsync("*");
        foreach (var key in new[] { "one", "none" })
        {
            Assert.Equal((null, null), (await A.InMemoryAsync(key), await A.InRedisAsync(key)));
            Assert.Equal("v1", await A.GetOrCreateAsync(key, Source.Versions().ReadAsync, tags: ["a"]));
            Assert.Equal("v1", await A.InMemoryAsync(key));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("*")]
    public async Task TagThatIsNone_IsRefused(string? tag)
    {
        var source = Source.Versions();
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await A.SetAsync("k", "v", tags: ["t", tag!]));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await A.GetOrCreateAsync("k", source.ReadAsync, tags: [tag!]));
        Assert.Equal(0, source.Runs);
        Assert.Null(await A.PeekAsync<string>("k"));
    }

    [Fact]
    public async Task RemoveByTag_OfNothing_RemovesNothing()
    {
        await FillAsync(("one", ["a"]));
        await A.RemoveByTagAsync((IEnumerable<string>)null!);
        await A.RemoveByTagAsync([]);
        await A.RemoveByTagAsync("never used");
        await A.RemoveByTagAsync(["\u00E4", "a ", "aa"]);
        await A.RemoveByTagAsync("");
        await A.RemoveByTagAsync((string)null!);
        await A.RemoveByTagAsync([null!, ""]);
        await ThereAsync("one");
    }

    [Fact]
    public async Task RemoveByTag_OfSeveralWithNone_RemovesTheRest()
    {
        await FillAsync(("one", ["user:1"]), ("two", ["user:2"]), ("other", ["user:3"]));
        await A.RemoveByTagAsync([null!, "user:1", "", "user:2"]);
        await GoneAsync("one", "two");
        await ThereAsync("other");
    }

    [Fact]
    public async Task RemoveByTag_ThenGetOrCreate_CachesTheNewValue()
    {
        var source = Source.Versions();
        for (var i = 1; i <= 5; i++)
        {
            for (var again = 0; again < 3; again++)
                Assert.Equal("v" + i, await A.GetOrCreateAsync("k", source.ReadAsync, tags: ["t"]));
            await ReachesRedisAsync(A, "k", "v" + i);
            await A.RemoveByTagAsync("t");
        }
    }

    [Fact]
    public async Task RemoveByTag_OfATagOfGetOrCreate_RemovesItEverywhere()
    {
        var source = Source.Versions();
        await A.GetOrCreateAsync("k", source.ReadAsync, tags: ["t"]);
        await ReachesRedisAsync(A, "k", "v1");
        await A.RemoveByTagAsync("t");
        var later = NewCache();
        Assert.Null(await later.PeekAsync<string>("k"));
        Assert.Equal("v2", await later.GetOrCreateAsync("k", source.ReadAsync, tags: ["t"]));
    }

    [Fact]
    public async Task RemoveByTag_OfOddTags_RemovesWhatCarriesThem()
    {
        string[] tags = ["t ", " t", "t:t", "{t}", "a,b", "\U0001F600", "\u65E5", "T", "t\u0301", "**", "post:42", new('t', 300)];
        foreach (var (i, tag) in tags.Index())
            await A.SetAsync("k" + i, "v", tags: [tag]);
        foreach (var (i, tag) in tags.Index())
        {
            Assert.Equal("v", await A.PeekAsync<string>("k" + i));
            await A.RemoveByTagAsync(tag);
            Assert.Null(await A.PeekAsync<string>("k" + i));
        }
    }

    [Fact]
    public async Task Set_OverAnEntry_ReplacesItsTags()
    {
        await A.SetAsync("k", "v1", tags: ["old"]);
        await A.SetAsync("k", "v2", tags: ["new"]);
        await A.RemoveByTagAsync("old");
        Assert.Equal("v2", await A.PeekAsync<string>("k"));
        await A.RemoveByTagAsync("new");
        Assert.Null(await A.PeekAsync<string>("k"));
    }

    [Fact]
    public async Task TagsOfAReader_DoNotReplaceThoseInRedis()
    {
        await A.SetAsync("k", "v", tags: ["stored"]);
        await ReachesRedisAsync(A, "k", "v");
        Assert.Equal("v", await B.GetOrCreateAsync("k", Source.Versions().ReadAsync, tags: ["reader"]));
        await B.RemoveByTagAsync("stored");
        Assert.Null(await B.InRedisAsync("k"));
    }

    private async Task FillAsync(params (string Key, string[] Tags)[] entries)
    {
        foreach (var (key, tags) in entries)
            await A.SetAsync(key, "v", new HybridCacheEntryOptions { Expiration = TimeSpan.FromMinutes(1) }, tags);
        await SettleAsync(A);
        await ThereAsync([.. entries.Select(entry => entry.Key)]);
    }

    private async Task ThereAsync(params string[] keys)
    {
        var later = NewCache();
        foreach (var key in keys)
            Assert.Equal(("v", "v", "v"), (await A.InMemoryAsync(key), await A.InRedisAsync(key), await later.PeekAsync<string>(key)));
    }

    private async Task GoneAsync(params string[] keys)
    {
        var later = NewCache();
        foreach (var key in keys)
            Assert.Equal((null, null, null), (await A.InMemoryAsync(key), await A.InRedisAsync(key), await later.PeekAsync<string>(key)));
    }
}

public sealed class MicrosoftTagTests(StandaloneEngine engine) : TagContract(engine, HybridMakers.Microsoft), IClassFixture<StandaloneEngine>;

public sealed class StandaloneTagTests(StandaloneEngine engine) : TagContract(engine, HybridMakers.Ours), IClassFixture<StandaloneEngine>;

public sealed class PartitionedTagTests(PartitionedEngine engine) : TagContract(engine, HybridMakers.Ours), IClassFixture<PartitionedEngine>;

public sealed class ClusterTagTests(ClusterEngine engine) : TagContract(engine, HybridMakers.Ours), IClassFixture<ClusterEngine>;

public sealed class EmbeddedTagTests(EmbeddedEngine engine) : TagContract(engine, HybridMakers.Ours), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryTagTests(InMemoryEngine engine) : TagContract(engine, HybridMakers.Ours), IClassFixture<InMemoryEngine>;
