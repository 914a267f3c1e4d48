using System.Diagnostics;
using System.Globalization;
using RedisTagCache.History.Checking;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.History.Faults;

/// <summary>A primary and its replica, with little memory, and what can be done to them. They change their parts in each failover.</summary>
internal sealed class RedisPair : IAsyncDisposable
{
    private static readonly string[] _common = ["--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru", "--repl-diskless-sync-delay", "0", "--save", ""];

    private readonly List<int> _clocks = [];
    private int _snapshots;

    private RedisPair(RedisServer primary, RedisServer replica) => (Primary, Replica) = (primary, replica);

    public RedisServer Primary { get; private set; }

    public RedisServer Replica { get; private set; }

    public string Version { get; private set; } = "";

    public static async Task<RedisPair> StartAsync()
    {
        var primary = await RedisServer.StartAsync(_common);
        var pair = new RedisPair(primary, await RedisServer.StartAsync([.. _common, .. Following(primary)]));
        await using var admin = await primary.ConnectAsync();
        pair.Version = admin.GetServers()[0].Version.ToString();
        await pair.SynchronizedAsync();
        return pair;
    }

    /// <summary>Asks the primary. A connection of its own each time: the one before may just have been a victim.</summary>
    public async Task<T> AskAsync<T>(Func<IServer, IDatabase, Task<T>> ask)
    {
        await using var admin = await Primary.ConnectAsync();
        return await ask(admin.GetServers()[0], admin.GetDatabase());
    }

    /// <summary>Kills the primary and starts it again with nothing.</summary>
    public async Task RestartEmptyAsync()
    {
        Primary.Kill();
        await Task.Delay(TimeSpan.FromSeconds(0.5)); // its absence for a while is the fault
        await Primary.RestartAsync([.. _common, "--dbfilename", NewFile()]);
    }

    /// <summary>Kills the primary and starts it again with what it had some time before.</summary>
    /// <param name="age">How long before.</param>
    /// <param name="back">Is called as soon as it answers.</param>
    public async Task<Rollback> RestoreSnapshotAsync(TimeSpan age, Action back)
    {
        var from = Stopwatch.GetTimestamp();
        var file = await AskAsync(async (server, _) =>
        {
            await server.ExecuteAsync("SAVE");
            return (await server.ConfigGetAsync("dbfilename"))[0].Value;
        });
        await Task.Delay(age);
        var until = Stopwatch.GetTimestamp();
        Primary.Kill();
        await Primary.RestartAsync([.. _common, "--dbfilename", file]);
        back();
        return new Rollback(from, until, Stopwatch.GetTimestamp());
    }

    /// <summary>
    /// Cuts the replica off, kills the primary a while after, and makes the replica the primary. What the other had confirmed meanwhile is lost.
    /// </summary>
    /// <param name="cutOff">That while.</param>
    /// <param name="back">Is called as soon as there is a primary.</param>
    /// <param name="environment">Of the replica, which is started again for it.</param>
    public async Task<Rollback> FailOverAsync(TimeSpan cutOff, Action back, IReadOnlyDictionary<string, string>? environment = null)
    {
        if (environment is not null)
        {
            Replica.Kill();
            await Replica.RestartAsync([.. _common, "--dbfilename", NewFile(), .. Following(Primary)], environment);
            _clocks.Add(Replica.ProcessId);
        }

        await SynchronizedAsync();
        await using var admin = await Replica.ConnectAsync();
        var from = Stopwatch.GetTimestamp();
        var offset = await OffsetAsync();
        await Eventually.BecomesTrueAsync(async () => Number(await admin.GetServers()[0].InfoAsync("replication"), "slave_repl_offset") >= offset, "the replica has caught up");
        await admin.GetServers()[0].ExecuteAsync("REPLICAOF", "127.0.0.1", "1"); // its link is down: it receives nothing more
        await Task.Delay(cutOff);
        var until = Stopwatch.GetTimestamp();
        Primary.Kill();
        await Task.Delay(TimeSpan.FromSeconds(0.3)); // there is no primary for a while: that is the fault
        await admin.GetServers()[0].ExecuteAsync("REPLICAOF", "NO", "ONE");
        var backAt = Stopwatch.GetTimestamp();
        back();
        (Primary, Replica) = (Replica, Primary);
        await Replica.RestartAsync([.. _common, "--dbfilename", NewFile(), .. Following(Primary)]);
        return new Rollback(from, until, backAt);
    }

    public async ValueTask DisposeAsync()
    {
        await Primary.DisposeAsync();
        await Replica.DisposeAsync();
        _clocks.ForEach(FakeClock.Forget);
    }

    public static long Number(IGrouping<string, KeyValuePair<string, string>>[] info, string name) =>
        long.Parse(info.SelectMany(group => group).First(pair => pair.Key == name).Value, CultureInfo.InvariantCulture);

    private async Task SynchronizedAsync()
    {
        await using var admin = await Replica.ConnectAsync();
        await Eventually.BecomesTrueAsync(
            async () => (await admin.GetServers()[0].InfoRawAsync("replication"))!.Contains("master_link_status:up", StringComparison.Ordinal),
            "the replica is synchronized",
            TimeSpan.FromSeconds(30));
    }

    private Task<long> OffsetAsync() => AskAsync(async (server, _) => Number(await server.InfoAsync("replication"), "master_repl_offset"));

    private static string[] Following(RedisServer primary) => ["--replicaof", "127.0.0.1", primary.Port.ToString(CultureInfo.InvariantCulture)];

    /// <summary>A server that starts must not find what it, or a replica in its place, has left.</summary>
    private string NewFile() => string.Create(CultureInfo.InvariantCulture, $"dump-{Interlocked.Increment(ref _snapshots)}.rdb");
}
