using System.Diagnostics;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>What Microsoft's documentation says, or its users expect, and its implementation (10.11) does not do: ours does.</summary>
public abstract class DocumentedContract(IEngine engine) : HybridSuite(engine, HybridMakers.Ours)
{
    private static readonly AsyncLocal<string?> _flowing = new();

    // Microsoft's queues the factory without its caller's context when there is a token.
    [Fact]
    public async Task AmbientValuesOfACallerWithAToken_FlowIntoTheFactory()
    {
        using var stop = new CancellationTokenSource();
        using var activity = new Activity("caller").Start();
        _flowing.Value = "ambient";
        var seen = await A.GetOrCreateAsync(
            "k",
            static async _ =>
            {
                await Task.Yield();
                return (_flowing.Value, Activity.Current?.TraceId.ToString());
            },
            cancellationToken: stop.Token);
        Assert.Equal(("ambient", activity.TraceId.ToString()), seen);
    }

    // Microsoft's runs the factory for each caller, so that nobody notices.
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task KeyThatIsNone_IsRefused(string? key)
    {
        var source = Source.Versions();
        Assert.Equal("key", (await Assert.ThrowsAnyAsync<ArgumentException>(async () => await A.GetOrCreateAsync(key!, source.ReadAsync))).ParamName);
        Assert.Equal("key", (await Assert.ThrowsAnyAsync<ArgumentException>(async () => await A.SetAsync(key!, "v"))).ParamName);
        Assert.Equal("key", (await Assert.ThrowsAnyAsync<ArgumentException>(async () => await A.RemoveAsync(key!))).ParamName);
        Assert.Equal(0, source.Runs);
    }

    // Microsoft's keeps it in memory.
    [Fact]
    public async Task PayloadAboveTheLimit_IsNotKeptInMemoryEither()
    {
        var cache = NewCache(setup => setup with { MaximumPayloadBytes = 1_000 });
        var (bytes, text) = (new Source<byte[]>(run => [(byte)run, .. new byte[1_000]]), new Source<string>(run => run + new string('x', 1_000)));
        for (var i = 1; i <= 3; i++)
        {
            Assert.Equal(i, (await cache.GetOrCreateAsync("bytes", bytes.ReadAsync))[0]);
            Assert.StartsWith(i + "xxx", await cache.GetOrCreateAsync("text", text.ReadAsync), StringComparison.Ordinal);
        }
    }

    // Microsoft's counts its own header.
    [Fact]
    public async Task PayloadOfExactlyTheLimit_IsKept()
    {
        var (cache, reader) = (NewCache(setup => setup with { MaximumPayloadBytes = 1_000 }), NewCache(setup => setup with { MaximumPayloadBytes = 1_000 }));
        await cache.SetAsync("bytes", new byte[1_000]);
        await cache.SetAsync("text", new string('x', 1_000));
        Assert.Equal(1_000, (await reader.PeekAsync<byte[]>("bytes"))?.Length);
        Assert.Equal(1_000, (await reader.PeekAsync<string>("text"))?.Length);
    }

    // Microsoft's Redis cache counts in whole seconds: an entry of 900 ms is never there.
    [Fact]
    public async Task ExpirationBelowASecond_IsKeptToTheMillisecond()
    {
        await A.SetAsync("k", "v", new HybridCacheEntryOptions { Expiration = TimeSpan.FromMilliseconds(900) });
        Assert.Equal("v", await B.InRedisAsync("k"));
        var lived = await Eventually.BecomesTrueAsync(async () => await A.PeekAsync<string>("k") is null && await B.InRedisAsync("k") is null, "it expired");
        Assert.InRange(lived.TotalMilliseconds, 500, 5_000);
    }

    // "The most granular non-null value is used, with null values being inherited." Microsoft's takes the call's Expiration for the copy too.
    [Fact]
    public async Task DefaultLocalCacheExpiration_HoldsWhereTheCallSetsExpirationAlone()
    {
        var cache = NewCache(setup => setup with { Defaults = new HybridCacheEntryOptions { LocalCacheExpiration = TimeSpan.FromMilliseconds(600) } });
        await cache.SetAsync("k", "v", new HybridCacheEntryOptions { Expiration = TimeSpan.FromMinutes(10) });
        Assert.Equal("v", await cache.InMemoryAsync("k"));
        await Eventually.BecomesTrueAsync(async () => await cache.InMemoryAsync("k") is null, "the copy took the default");
        Assert.Equal("v", await cache.InRedisAsync("k"));
    }

    // With Microsoft's, null comes back from Redis as the empty string.
    [Fact]
    public async Task NullString_IsNullFromRedisToo()
    {
        var source = new Source<string?>(_ => null);
        Assert.Null(await A.GetOrCreateAsync("k", source.ReadAsync));
        await SettleAsync(A);
        Assert.Null(await B.GetOrCreateAsync("k", source.ReadAsync));
        Assert.Null(await A.GetOrCreateAsync("k", source.ReadAsync));
        Assert.Equal(1, source.Runs);
        await A.SetAsync("empty", "");
        Assert.Equal("", await B.PeekAsync<string>("empty"));
    }

    // Microsoft's throws the serializer's exception at the reader.
    [Fact]
    public async Task KeyReadAsAnotherType_IsAnsweredByTheFactory()
    {
        await A.SetAsync("k", "text");
        Assert.Equal(7, await A.GetOrCreateAsync("k", static _ => new ValueTask<int>(7)));
        await A.SetAsync("l", new List<string> { "text" });
        Assert.Equal(new[] { 5 }, await B.GetOrCreateAsync("l", static _ => new ValueTask<int[]>(new[] { 5 })));
    }

    // Microsoft's Set keeps silent.
    [Fact]
    public async Task Set_OfAValueThatCannotBeSerialized_Throws()
    {
        await Assert.ThrowsAsync<InvalidDataException>(async () => await A.SetAsync("k", new Unserializable()));
        Assert.Null(await B.PeekAsync<string>("k"));
    }

    // Microsoft's throws away the value that the factory made.
    [Fact]
    public async Task GetOrCreate_OfAValueThatCannotBeSerialized_GivesIt()
    {
        var source = new Source<Unserializable>(_ => new Unserializable());
        Assert.NotNull(await A.GetOrCreateAsync("k", source.ReadAsync));
        Assert.NotNull(await A.GetOrCreateAsync("k", source.ReadAsync));
        Assert.Equal(2, source.Runs);
    }

    // With Microsoft's, an entry of many tags survives in Redis, at times.
    [Fact]
    public async Task TagOfMany_NamedTwice_IsStillATag()
    {
        var tags = Enumerable.Range(0, 60).Select(i => "tag" + i).ToArray();
        foreach (var i in new[] { 0, 30, 59 })
        {
            await A.SetAsync("k", "v", tags: [.. tags, .. tags]);
            await A.RemoveByTagAsync(tags[i]);
            Assert.Null(await A.PeekAsync<string>("k"));
        }
    }

    // With Microsoft's, an instance that starts later finds it all, at times.
    [Fact]
    public async Task RemoveByTag_Star_HoldsForInstancesThatStartLater()
    {
        await A.SetAsync("k", "v", tags: ["t"]);
        await A.SetAsync("l", "v");
        await A.RemoveByTagAsync("*");
        var later = NewCache();
        Assert.Equal((null, null), (await later.PeekAsync<string>("k"), await later.PeekAsync<string>("l")));
    }

    // Microsoft's answers keys with control characters and broken Unicode, and does not cache them.
    [Fact]
    public async Task BrokenKeys_AreCached()
    {
        foreach (var (i, key) in KeyContract.BrokenKeys.Index())
            await A.SetAsync(key, "value " + i);
        foreach (var (i, key) in KeyContract.BrokenKeys.Index())
            Assert.Equal(("value " + i, "value " + i), (await A.InMemoryAsync(key), await B.PeekAsync<string>(key)));
    }

    // Microsoft's copy in memory carries the reader's tags, not those of the entry.
    [Fact]
    public async Task CopyInMemory_CarriesTheTagsOfItsEntry()
    {
        await A.GetOrCreateAsync("k", static _ => new ValueTask<string>("v"), tags: ["stored"]);
        await ReachesRedisAsync(A, "k", "v");
        Assert.Equal("v", await B.GetOrCreateAsync("k", Source.Versions().ReadAsync, tags: ["reader"]));
        await B.RemoveByTagAsync("reader");
        Assert.Equal("v", await B.InMemoryAsync("k"));
        await B.RemoveByTagAsync("stored");
        Assert.Null(await B.PeekAsync<string>("k"));
    }

    public sealed record Unserializable(bool IsBroken = true)
    {
        public string Text => IsBroken ? throw new InvalidDataException() : "";
    }
}

public sealed class StandaloneDocumentedTests(StandaloneEngine engine) : DocumentedContract(engine), IClassFixture<StandaloneEngine>;

public sealed class PartitionedDocumentedTests(PartitionedEngine engine) : DocumentedContract(engine), IClassFixture<PartitionedEngine>;

public sealed class EmbeddedDocumentedTests(EmbeddedEngine engine) : DocumentedContract(engine), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryDocumentedTests(InMemoryEngine engine) : DocumentedContract(engine), IClassFixture<InMemoryEngine>;
