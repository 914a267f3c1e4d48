using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests.Store;

/// <summary>What all suites of the store share: instances on one key prefix, and a look at the keys themselves.</summary>
public abstract class StoreSuite(IEngine engine) : IAsyncLifetime
{
    private readonly List<Instance> _instances = [];

    protected string Prefix { get; } = "t" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);

    protected IEngine Engine => engine;

    protected IDatabase Database => engine.Database;

    protected ITagCacheStore A { get; private set; } = null!;

    protected ITagCacheStore B { get; private set; } = null!;

    public ValueTask InitializeAsync()
    {
        A = NewInstance().Store;
        B = NewInstance().Store;
        return default;
    }

    protected Instance NewInstance(Action<RedisTagCacheOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        var instance = Instance.Create(engine.ConnectionString, options =>
        {
            options.KeyPrefix = Prefix;
            options.Partitions = engine.Asked;
            configure?.Invoke(options);
        }, services);
        _instances.Add(instance);
        return instance;
    }

    protected RedisKey[] Keys(string pattern = "*") =>
        Database.Keys(PatternOf(pattern));

    protected RedisKey EntryKey() => Assert.Single(EntryKeys());

    protected RedisKey[] EntryKeys() => [.. Keys("}:e:*"), .. Keys("}:eh:*")];

    /// <summary>A key of a partition's own, such as its epoch.</summary>
    protected RedisKey KeyOf(int partition, string suffix) => Partitions[partition].HashTag + ":" + suffix;

    private protected IReadOnlyList<RedisTagCache.Topology.Partition> Partitions => new RedisTagCache.Topology.KeySpace(Prefix, "test", engine.Partitions).Partitions;

    protected async Task DeleteAsync(string suffix)
    {
        for (var i = 0; i < engine.Partitions; i++)
            await Database.KeyDeleteAsync(KeyOf(i, suffix));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
            await instance.DisposeAsync();
        await Database.DeleteAsync(await Database.KeysAsync(PatternOf("*")));
    }

    private string PatternOf(string rest) => $"{{{Prefix}:*{rest}";
}
