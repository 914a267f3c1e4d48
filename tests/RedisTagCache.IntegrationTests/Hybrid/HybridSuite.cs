using System.Globalization;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>What all suites of <see cref="HybridCache"/> share: instances of one fleet on one server, connected at first use.</summary>
public abstract class HybridSuite(IEngine engine, IHybridMaker maker) : IAsyncLifetime
{
    private readonly List<HybridInstance> _instances = [];
    private HybridCache? _a;
    private HybridCache? _b;

    /// <summary>One instance of the fleet.</summary>
    protected HybridCache A => _a ??= NewCache();

    /// <summary>Another one, which shares Redis with <see cref="A"/> and no memory.</summary>
    protected HybridCache B => _b ??= NewCache();

    protected string Prefix { get; } = "t" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);

    protected IEngine Engine => engine;

    protected IDatabase Database => engine.Database;

    protected HybridCache NewCache(Func<HybridSetup, HybridSetup>? configure = null)
    {
        var setup = new HybridSetup { ConnectionString = engine.ConnectionString, KeyPrefix = Prefix, Partitions = engine.Asked };
        var instance = maker.Create(configure?.Invoke(setup) ?? setup);
        _instances.Add(instance);
        return instance.Cache;
    }

    /// <summary>Keys in Redis whose name contains the text.</summary>
    protected RedisKey[] KeysWith(string text) => Database.Keys(PatternOf(text));

    /// <summary>Writes behind the caller's back, as Microsoft's go, have arrived when a later one of the same instance has.</summary>
    protected static async Task SettleAsync(HybridCache cache)
    {
        var key = "settled-" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        await cache.GetOrCreateAsync(key, static _ => new ValueTask<string>("settled"));
        await Eventually.BecomesTrueAsync(async () => await cache.InRedisAsync(key) is not null, "a later write has arrived");
    }

    protected static Task ReachesRedisAsync(HybridCache cache, string key, string value) =>
        Eventually.BecomesTrueAsync(async () => await cache.InRedisAsync(key) == value, $"'{value}' is in Redis");

    public ValueTask InitializeAsync()
    {
        Assert.NotEmpty(engine.ConnectionString); // or the test is skipped here
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
            await instance.Owner.DisposeAsync();
        await Database.DeleteAsync(await Database.KeysAsync(PatternOf("")));
    }

    private string PatternOf(string text) => $"*{Prefix}*{text}*";
}
