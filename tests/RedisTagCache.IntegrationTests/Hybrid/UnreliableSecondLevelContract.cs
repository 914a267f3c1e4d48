using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>Redis killed, hung, or holding rubbish: asking for a value goes on. These tests need a redis-server of their own.</summary>
public abstract class UnreliableSecondLevelContract(IHybridMaker maker) : IAsyncLifetime
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);
    private readonly List<HybridInstance> _instances = [];

    protected RedisServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RedisServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync(); // first: nobody waits for a hung one
        foreach (var instance in _instances)
            await instance.Owner.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BeforeTheFirstUse_EveryCallIsAnswered(bool isHung)
    {
        Break(isHung);
        var (cache, source) = (NewCache(), Source.Versions());
        for (var i = 0; i < 5; i++)
            Assert.Contains(await InTimeAsync(cache.GetOrCreateAsync("k", source.ReadAsync)), Enumerable.Range(1, source.Runs).Select(run => "v" + run));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AfterUse_ValuesComeFromTheFactoryAndFromMemory(bool isHung)
    {
        var cache = NewCache();
        await cache.SetAsync("before", "there");
        await cache.SetAsync("redis", "unreachable", new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableLocalCache });
        Break(isHung);
        Assert.Equal("there", await InTimeAsync(cache.GetOrCreateAsync("before", Source.Versions().ReadAsync)));
        Assert.Equal("v1", await InTimeAsync(cache.GetOrCreateAsync("redis", Source.Versions().ReadAsync)));
        await AnswersFromFactoryAndMemoryAsync(cache);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ConcurrentCallers_ShareOneRunOfTheFactory(bool isHung)
    {
        var cache = NewCache();
        await cache.SetAsync("before", "there");
        Break(isHung);
        var source = Source.HeldVersions();
        var calls = Enumerable.Range(0, 50).Select(_ => cache.GetOrCreateAsync("k", source.ReadAsync).AsTask()).ToArray();
        await source.Started;
        source.Release();
        Assert.All(await Task.WhenAll(calls).WaitAsync(_patience), value => Assert.Equal("v1", value));
        Assert.Equal(1, source.Runs);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WithoutMemory_TheFactoryAnswersEachTime(bool isHung)
    {
        var cache = NewCache();
        await cache.SetAsync("before", "there");
        Break(isHung);
        var (source, options) = (Source.Versions(), new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableLocalCache });
        for (var i = 1; i <= 3; i++)
            Assert.Equal("v" + i, await InTimeAsync(cache.GetOrCreateAsync("k", source.ReadAsync, options)));
    }

    [Fact]
    public async Task FactoryThatThrows_ThrowsItsOwnException()
    {
        var cache = NewCache();
        Break(isHung: false);
        await Assert.ThrowsAsync<InvalidDataException>(async () => await cache.GetOrCreateAsync<string>("k", static _ => throw new InvalidDataException()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AfterwardsValuesAreSharedAgain(bool isHung)
    {
        var (cache, other) = (NewCache(), NewCache());
        await cache.SetAsync("before", "there");
        Break(isHung);
        await InTimeAsync(cache.GetOrCreateAsync("during", Source.Versions().ReadAsync));
        if (isHung)
            Server.Resume();
        else
            await Server.RestartAsync();

        var i = 0;
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await cache.GetOrCreateAsync($"after {++i}", Source.Versions().ReadAsync);
                return await other.PeekAsync<string>($"after {i}") is not null;
            },
            "what one stores, the other finds",
            TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task RubbishUnderAKey_IsAnsweredByTheFactory_AndNextToIt()
    {
        var cache = NewCache();
        await cache.SetAsync("damaged", "v");
        await cache.SetAsync("intact", "v");
        await using var connection = await Server.ConnectAsync();
        foreach (var key in connection.GetServers()[0].Keys(pattern: "*damaged*").ToArray())
            await connection.GetDatabase().StringSetAsync(key, "rubbish");
        var other = NewCache();
        Assert.Equal("v1", await other.GetOrCreateAsync("damaged", Source.Versions().ReadAsync));
        Assert.Equal("v", await other.GetOrCreateAsync("intact", Source.Versions().ReadAsync));
    }

    private static async Task AnswersFromFactoryAndMemoryAsync(HybridCache cache)
    {
        var source = Source.Versions();
        for (var i = 0; i < 5; i++)
            Assert.Equal("v1", await InTimeAsync(cache.GetOrCreateAsync("new", source.ReadAsync)));
        Assert.Equal(1, source.Runs);
        await InTimeAsync(cache.GetOrCreateAsync("tagged", source.ReadAsync, tags: ["t"]));
    }

    private static async Task<string> InTimeAsync(ValueTask<string> call) => await call.AsTask().WaitAsync(_patience);

    protected HybridCache NewCache()
    {
        var instance = maker.Create(new HybridSetup { ConnectionString = Server.ConnectionString });
        _instances.Add(instance);
        return instance.Cache;
    }

    private void Break(bool isHung)
    {
        if (isHung)
            Server.Hang();
        else
            Server.Kill();
    }
}

public sealed class MicrosoftUnreliableSecondLevelTests() : UnreliableSecondLevelContract(HybridMakers.Microsoft);

public sealed class UnreliableSecondLevelTests() : UnreliableSecondLevelContract(HybridMakers.Ours);
