using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.Benchmarks.Stores;
using RedisTagCache.TestSupport;
using StackExchange.Redis;
using ZiggyCreatures.Caching.Fusion;
using ZiggyCreatures.Caching.Fusion.Backplane.StackExchangeRedis;
using ZiggyCreatures.Caching.Fusion.Locking.Distributed.Redis;
using ZiggyCreatures.Caching.Fusion.Serialization.SystemTextJson;

namespace RedisTagCache.Benchmarks.Contenders;

/// <summary>A redis-server, and all contenders over it, each with a connection of its own that is opened when it is first used.</summary>
internal sealed class Lab : IAsyncDisposable
{
    private readonly RedisServer? _server;
    private readonly Instance _ours;
    private readonly ServiceProvider _microsoft;
    private readonly ServiceProvider _microsoftForPages;
    private readonly FusionCache _fusion;
    private readonly FusionCache _completeFusion;
    private readonly ConnectionMultiplexer _connection;
    private readonly ConnectionMultiplexer _watch;
    private readonly List<object> _owned = [];

    private Lab(RedisServer? server, string connectionString, ConnectionMultiplexer connection, ConnectionMultiplexer watch)
    {
        (_server, ConnectionString) = (server, connectionString);
        (_connection, _watch) = (connection, watch);
        _ours = Instance.Create(connectionString);
        _microsoft = WithMicrosoftRedisCache("microsoft:", static services => services.AddHybridCache());
        _microsoftForPages = new ServiceCollection().AddStackExchangeRedisOutputCache(options => options.Configuration = connectionString).BuildServiceProvider();
        _fusion = NewFusionCache(isComplete: false);
        _completeFusion = NewFusionCache(isComplete: true);
        Contenders = [.. CreateContenders()];
        Stores = [.. CreateStores()];
    }

    /// <summary>Of those that get or compute values.</summary>
    public static string[] Names { get; } = ["RedisTagCache as HybridCache", "RedisTagCache as ITagCache", "Microsoft HybridCache", "FusionCache", "FusionCache, backplane and locker", "bare StackExchange.Redis"];

    public string ConnectionString { get; }

    /// <summary>Those that get or compute values.</summary>
    public IReadOnlyList<Contender> Contenders { get; }

    /// <summary>Those that read and write; the same caches, and the stores below them.</summary>
    public IReadOnlyList<StoreContender> Stores { get; }

    public Instance Ours => _ours;

    public IOutputCacheBufferStore MicrosoftPages => (IOutputCacheBufferStore)_microsoftForPages.GetRequiredService<IOutputCacheStore>();

    public IDistributedCache MicrosoftCache => _microsoft.GetRequiredService<IDistributedCache>();

    public IDatabase Bare => _connection.GetDatabase();

    /// <summary>A connection by which the server is asked how it is, and prepared.</summary>
    public IDatabase Watch => _watch.GetDatabase();

    public static async Task<Lab> StartAsync()
    {
        if (!RedisServer.IsInstalled)
            throw new InvalidOperationException("The benchmarks need an installed redis-server.");
        var server = await RedisServer.StartAsync();
        return new Lab(server, server.ConnectionString, await server.ConnectAsync(), await server.ConnectAsync());
    }

    /// <summary>The contenders once more, over a server that another process has started.</summary>
    public static async Task<Lab> AttachAsync(string connectionString) =>
        new(server: null, connectionString, await ConnectionMultiplexer.ConnectAsync(connectionString), await ConnectionMultiplexer.ConnectAsync(connectionString));

    /// <summary>One more instance of ours, with output caching, whether it keeps copies in its memory or not.</summary>
    public Instance NewInstance(bool keepsCopies) => Own(Instance.Create(
        ConnectionString,
        options => options.LocalCacheBytes = keepsCopies ? options.LocalCacheBytes : 0,
        static services => services.AddRedisTagOutputCache()));

    public HybridCache NewMicrosoftHybridCache() => Own(WithMicrosoftRedisCache("microsoft:", static services => services.AddHybridCache())).GetRequiredService<HybridCache>();

    /// <summary>One more instance of FusionCache.</summary>
    /// <param name="isComplete">Whether it has its backplane, so that other instances learn of changes, and its distributed locker, so that one of them computes a value.</param>
    public FusionCache NewFusionCache(bool isComplete)
    {
        var name = isComplete ? "fusion-complete" : "fusion";
        var cache = Own(new FusionCache(new FusionCacheOptions { CacheName = name }));
        cache.SetupDistributedCache(Own(WithMicrosoftRedisCache(name + ":", static _ => { })).GetRequiredService<IDistributedCache>(), new FusionCacheSystemTextJsonSerializer());
        if (!isComplete)
            return cache;
        cache.SetupBackplane(Own(new RedisBackplane(new RedisBackplaneOptions { Configuration = ConnectionString })));
        cache.SetupDistributedLocker(Own(new RedisDistributedLocker(new RedisDistributedLockerOptions { Configuration = ConnectionString })));
        return cache;
    }

    /// <summary>Hands over what ends with this.</summary>
    public T Own<T>(T owned)
        where T : notnull
    {
        _owned.Add(owned);
        return owned;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in Enumerable.Reverse(_owned))
        {
            if (owned is IAsyncDisposable patient)
                await patient.DisposeAsync();
            else
                (owned as IDisposable)?.Dispose();
        }

        await _microsoft.DisposeAsync();
        await _microsoftForPages.DisposeAsync();
        await _ours.DisposeAsync();
        await _connection.DisposeAsync();
        await _watch.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    private IEnumerable<Contender> CreateContenders()
    {
        yield return new HybridContender(Names[0], _ours.Get<HybridCache>());
        yield return new TagCacheContender(Names[1], _ours.Get<ITagCache>());
        yield return new HybridContender(Names[2], _microsoft.GetRequiredService<HybridCache>());
        yield return new FusionContender(Names[3], _fusion);
        yield return new FusionContender(Names[4], _completeFusion);
        yield return new RedisContender(Names[5], Bare);
    }

    private IEnumerable<StoreContender> CreateStores()
    {
        yield return new BareStore(StoreNames.Bare, Bare);
        yield return new TagStore(StoreNames.OurStore, _ours.Store);
        yield return new DistributedStore(StoreNames.OurDistributed, _ours.Get<IDistributedCache>());
        yield return new BufferStore(StoreNames.OurBuffer, _ours.Get<IBufferDistributedCache>());
        yield return new DistributedStore(StoreNames.MicrosoftDistributed, MicrosoftCache);
        yield return new BufferStore(StoreNames.MicrosoftBuffer, (IBufferDistributedCache)MicrosoftCache);
        yield return new OutputStore(StoreNames.OurPages, (IOutputCacheBufferStore)NewInstance(keepsCopies: false).Get<IOutputCacheStore>());
        yield return new OutputStore(StoreNames.MicrosoftPages, MicrosoftPages);
        yield return new HybridStore(StoreNames.OurHybrid, _ours.Get<HybridCache>());
        yield return new ValueStore(StoreNames.OurValues, _ours.Get<ITagCache>());
        yield return new HybridStore(StoreNames.MicrosoftHybrid, _microsoft.GetRequiredService<HybridCache>());
        yield return new FusionStore(StoreNames.Fusion, _fusion);
        yield return new FusionStore(StoreNames.CompleteFusion, _completeFusion);
    }

    private ServiceProvider WithMicrosoftRedisCache(string prefix, Action<IServiceCollection> more)
    {
        var services = new ServiceCollection();
        services.AddStackExchangeRedisCache(options =>
        {
            options.Configuration = ConnectionString;
            options.InstanceName = prefix;
        });
        more(services);
        return services.BuildServiceProvider();
    }
}
