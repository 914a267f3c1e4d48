using System.Globalization;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.Soak.Faults;

/// <summary>The redis-server of the run: what can be done to it, and what it holds.</summary>
internal sealed class SoakRedis : IAsyncDisposable
{
    private const int JunkBytes = 8 * 1024;
    private const int JunkAtOnce = 250;
    private const int EvictedKeys = 500;

    /// <summary>Junk lies in a database of its own, so that it is not counted with the keys of the cache, and goes away by itself.</summary>
    private const int JunkDatabase = 1;
    private static readonly TimeSpan _junkLife = TimeSpan.FromSeconds(20);

    private readonly RedisServer _server;
    private readonly ConnectionMultiplexer _connection;
    private RedisKey[] _markKeys = [];

    private SoakRedis(RedisServer server, ConnectionMultiplexer connection) => (_server, _connection) = (server, connection);

    public string ConnectionString => _server.ConnectionString;

    public string Version => Server.Version.ToString();

    private IServer Server => _connection.GetServers()[0];

    private IDatabase Database => _connection.GetDatabase();

    public static async Task<SoakRedis> StartAsync()
    {
        var server = await RedisServer.StartAsync("--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru");
        var options = ConfigurationOptions.Parse(server.ConnectionString);
        options.AllowAdmin = true;
        options.AbortOnConnectFail = false;
        options.AsyncTimeout = 2000;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ReconnectRetryPolicy = new LinearRetry(500);
        return new SoakRedis(server, await ConnectionMultiplexer.ConnectAsync(options));
    }

    public IEnumerable<Fault> Faults() =>
    [
        new("CLIENT KILL of all connections", KillClientsAsync),
        new("SCRIPT FLUSH", () => RepeatedAsync(() => Server.ScriptFlushAsync())),
        new("Redis hangs for 5 s", HangAsync),
        new("Redis killed, back empty after 3 s", KillAsync),
        new("FLUSHALL", () => RepeatedAsync(() => Server.FlushAllDatabasesAsync())),
        new("DEL of the epoch", () => RepeatedAsync(() => DeleteAsync("*:epoch"))),
        new("DEL of the marks", () => RepeatedAsync(() => DeleteAsync("*:marks"))),
        new("Junk until Redis evicts keys", () => RepeatedAsync(WriteJunkAsync))
    ];

    /// <summary>Memory, keys and marks. Nothing where Redis does not answer.</summary>
    public async Task<(double? Memory, double? Keys, double? Marks)> SampleAsync()
    {
        try
        {
            var memory = await InfoAsync("memory", "used_memory");
            var keys = await Server.DatabaseSizeAsync();
            if (_markKeys.Length == 0) _markKeys = await FindAsync("*:marks");
            var marks = 0L;
            foreach (var key in _markKeys)
                marks += await Database.SortedSetLengthAsync(key);
            return (memory, keys, marks);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or OperationCanceledException)
        {
            return default;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _server.DisposeAsync();
    }

    private async Task HangAsync()
    {
        _server.Hang();
        await Task.Delay(TimeSpan.FromSeconds(5)); // the fault
        _server.Resume();
    }

    private async Task KillAsync()
    {
        _server.Kill();
        await Task.Delay(TimeSpan.FromSeconds(3)); // the fault
        await _server.RestartAsync();
    }

    private Task KillClientsAsync() => RepeatedAsync(async () =>
    {
        foreach (var type in new[] { "pubsub", "normal" })
            await Database.ExecuteAsync("CLIENT", "KILL", "TYPE", type);
    });

    private async Task DeleteAsync(string pattern) => await Database.KeyDeleteAsync(await FindAsync(pattern));

    private async Task<RedisKey[]> FindAsync(string pattern)
    {
        var keys = new List<RedisKey>();
        await foreach (var key in Server.KeysAsync(pattern: pattern, pageSize: 1000))
            keys.Add(key);
        return [.. keys];
    }

    private async Task WriteJunkAsync()
    {
        var junk = _connection.GetDatabase(JunkDatabase);
        var value = new byte[JunkBytes];
        Random.Shared.NextBytes(value);
        var before = await InfoAsync("stats", "evicted_keys");
        while (await InfoAsync("stats", "evicted_keys") < before + EvictedKeys)
            await Task.WhenAll(Enumerable.Range(0, JunkAtOnce).Select(_ => junk.StringSetAsync($"junk:{Guid.NewGuid()}", value, _junkLife)));
    }

    private async Task<double> InfoAsync(string section, string name)
    {
        var values = await Server.InfoAsync(section);
        return double.Parse(values.SelectMany(group => group).First(pair => pair.Key == name).Value, CultureInfo.InvariantCulture);
    }

    /// <summary>The connection of the soak itself may just have been hit.</summary>
    private static async Task RepeatedAsync(Func<Task> action) => await Eventually.BecomesTrueAsync(
        async () =>
        {
            try
            {
                await action();
                return true;
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException or OperationCanceledException)
            {
                return false;
            }
        },
        "Redis takes the fault");
}
