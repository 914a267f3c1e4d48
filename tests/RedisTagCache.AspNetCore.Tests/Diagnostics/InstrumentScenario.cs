using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.AspNetCore.Tests.Diagnostics;

/// <summary>Two instances over one server, to which everything happens that is counted. Every key and every tag has <see cref="Secret"/> in it.</summary>
internal sealed partial class InstrumentScenario : IAsyncDisposable
{
    public const string Secret = "personal";

    private readonly RedisServer _server;
    private readonly ConnectionMultiplexer _admin;
    private readonly PageApp _a;
    private readonly PageApp _b;

    private InstrumentScenario(RedisServer server, ConnectionMultiplexer admin, Pages pages, OutboxFile database, PageApp a, PageApp b)
    {
        (_server, _admin, _pages, _database, _a, _b) = (server, admin, pages, database, a, b);
        Telemetry = new Telemetry(a.Services, b.Services);
    }

    public Telemetry Telemetry { get; }

    /// <summary>Gets the different events that the observers of both instances received, without what changes from one to the next.</summary>
    public HashSet<CacheEvent> Events { get; private init; } = [];

    public static async Task<InstrumentScenario> StartAsync()
    {
        var server = await RedisServer.StartAsync();
        var pages = new Pages();
        var database = await OutboxFile.CreateAsync();
        var events = new HashSet<CacheEvent>();
        return new InstrumentScenario(server, await server.ConnectAsync(), pages, database, await AppAsync(), await AppAsync()) { Events = events };

        Task<PageApp> AppAsync() => PageApp.StartAsync(
            server.ConnectionString,
            pages.Map,
            options =>
            {
                options.OperationTimeout = TimeSpan.FromMilliseconds(500);
                options.LeaseDuration = TimeSpan.FromSeconds(1);
                options.OnEvent = told =>
                {
                    lock (events)
                        events.Add(told with { Count = 1, Duration = default });
                };
            },
            services => services.AddRedisTagCacheOutbox(options => (options.DataSource, options.PollInterval) = (database.Source, TimeSpan.FromMilliseconds(200))));
    }

    public async ValueTask DisposeAsync()
    {
        Telemetry.Dispose();
        _server.Resume();
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _database.DisposeAsync();
        await _admin.DisposeAsync();
        await _server.DisposeAsync();
    }

    private Task<TimeSpan> SeenAsync(string instrument, string dimension, string value) =>
        Eventually.BecomesTrueAsync(() => Telemetry.HasSeen(instrument, dimension, value), $"{instrument} with {dimension} {value}");

    /// <summary>The same of something that takes more than one try.</summary>
    private Task<TimeSpan> SeenAsync(string instrument, string dimension, string value, Func<Task> attempt) =>
        Eventually.BecomesTrueAsync(
            async () =>
            {
                await attempt();
                return Telemetry.HasSeen(instrument, dimension, value);
            },
            $"{instrument} with {dimension} {value}");

    private RedisKey[] Keys(string pattern) => [.. _admin.GetServers()[0].Keys(pattern: pattern)];

    private Task<TimeSpan> IsWaitedForAsync() => Eventually.BecomesTrueAsync(
        () => Array.Exists(Keys("*:l:*"), key => _admin.GetDatabase().HashExists(key, "waiters")), "somebody waits for the lease");
}
