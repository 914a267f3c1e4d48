using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using RedisTagCache.Connection;
using RedisTagCache.Invalidation;
using RedisTagCache.TestSupport;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Tests.Scripts;

/// <summary>An instance with a scripted server, which tells a stamp and a floor, and what else a test says.</summary>
internal sealed class ScriptedInstance : IDisposable
{
    private readonly ServiceProvider _services;

    /// <param name="logger">The application's logger, if it has one.</param>
    public ScriptedInstance(ILoggerProvider? logger = null)
    {
        Server = new ScriptedServer(Answer);
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Time);
        if (logger is not null)
            services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(logger));
        services.AddRedisTagCache(options => (options.Configuration, options.BuildNamespace) = (Server.ConnectionString, "build"));
        _services = services.BuildServiceProvider();
        Get<LayoutAgreement>().Agree(new PartitionLayout(1, IsSharded: false));
        Get<PartitionSet>().Known();
    }

    public FakeTimeProvider Time { get; } = new();

    public ScriptedServer Server { get; }

    public EpochStamp Stamp { get; set; } = new(5, 7, 1);

    public long Floor { get; set; }

    /// <summary>Whether scripts and reads fail.</summary>
    public bool IsSilent { get; set; }

    /// <summary>What is answered to a command in place of what is usual.</summary>
    public Dictionary<string, Func<string[], string?>> Answers { get; } = [];

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Both connections of the client stand, each of which is a disturbance.</summary>
    public async Task ConnectAsync()
    {
        var subscriber = await Get<RedisConnection>().GetSubscriberAsync();
        await Eventually.BecomesTrueAsync(() => PingsAsync(subscriber), "messages can come");
    }

    private static async Task<bool> PingsAsync(ISubscriber subscriber)
    {
        try
        {
            await subscriber.PingAsync();
            return true;
        }
        catch (RedisException)
        {
            return false;
        }
    }

    private string? Answer(string[] words) => IsSilent && words[0] is ("GET" or "invalidations_sync") ? "-BUSY\r\n"
        : Answers.TryGetValue(words[0], out var answer) && answer(words) is { } text ? text
        : words[0] switch
        {
            "invalidations_sync" => ScriptedServer.Texts(Stamp.ToString(), Floor.ToString(CultureInfo.InvariantCulture)),
            "GET" when words[1] == "{rtc:layout}" => ScriptedServer.Bulk("1"),
            "GET" when words[1].EndsWith(":epoch", StringComparison.Ordinal) => ScriptedServer.Bulk(Stamp.ToString()),
            "removals_sync" => ScriptedServer.Texts("100", "100"),
            "ZSCORE" => ScriptedServer.Bulk("100"),
            _ => null,
        };

    public void Dispose()
    {
        _services.Dispose();
        Server.Dispose();
    }
}
