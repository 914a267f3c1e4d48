using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;
using StackExchange.Redis;
using ZiggyCreatures.Caching.Fusion;

namespace RedisTagCache.Benchmarks;

/// <summary>A redis-server, and all contenders over it, each with a connection of its own.</summary>
internal sealed class Lab : IAsyncDisposable
{
    private readonly RedisServer _server;
    private readonly Instance _ours;
    private readonly ServiceProvider _microsoft;
    private readonly ServiceProvider _fusionSecondLevel;
    private readonly FusionCache _fusion = new(new FusionCacheOptions());
    private readonly ConnectionMultiplexer _connection;

    private Lab(RedisServer server, ConnectionMultiplexer connection)
    {
        _server = server;
        _connection = connection;
        _ours = Instance.Create(server.ConnectionString);
        _microsoft = WithMicrosoftRedisCache("microsoft:", static services => services.AddHybridCache());
        _fusionSecondLevel = WithMicrosoftRedisCache("fusion:", static _ => { });
        _fusion.SetupDistributedCache(_fusionSecondLevel.GetRequiredService<IDistributedCache>(), new FusionSerializer());
        Contenders = [.. CreateContenders()];
    }

    public static string[] Names { get; } = ["RedisTagCache as HybridCache", "RedisTagCache as ITagCache", "Microsoft HybridCache", "FusionCache", "bare StackExchange.Redis"];

    public IReadOnlyList<Contender> Contenders { get; }

    public static async Task<Lab> StartAsync()
    {
        if (!RedisServer.IsInstalled)
            throw new InvalidOperationException("The benchmarks need an installed redis-server.");
        var server = await RedisServer.StartAsync();
        return new Lab(server, await server.ConnectAsync());
    }

    /// <summary>How many commands the server has processed so far, those within scripts included.</summary>
    public async Task<long> CommandsAsync()
    {
        var stats = await _connection.GetServers()[0].InfoAsync("stats");
        return long.Parse(stats.SelectMany(group => group).Single(pair => pair.Key == "total_commands_processed").Value, null);
    }

    public async ValueTask DisposeAsync()
    {
        _fusion.Dispose();
        await _fusionSecondLevel.DisposeAsync();
        await _microsoft.DisposeAsync();
        await _ours.DisposeAsync();
        await _connection.DisposeAsync();
        await _server.DisposeAsync();
    }

    private IEnumerable<Contender> CreateContenders()
    {
        yield return new HybridContender(Names[0], _ours.Get<HybridCache>());
        yield return new TagCacheContender(Names[1], _ours.Get<ITagCache>());
        yield return new HybridContender(Names[2], _microsoft.GetRequiredService<HybridCache>());
        yield return new FusionContender(Names[3], _fusion);
        yield return new RedisContender(Names[4], _connection.GetDatabase());
    }

    private ServiceProvider WithMicrosoftRedisCache(string prefix, Action<IServiceCollection> more)
    {
        var services = new ServiceCollection();
        services.AddStackExchangeRedisCache(options =>
        {
            options.Configuration = _server.ConnectionString;
            options.InstanceName = prefix;
        });
        more(services);
        return services.BuildServiceProvider();
    }
}
