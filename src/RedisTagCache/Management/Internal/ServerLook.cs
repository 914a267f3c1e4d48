using System.Globalization;
using RedisTagCache.Scripts;
using StackExchange.Redis;

namespace RedisTagCache.Management.Internal;

/// <summary>Asks servers for their kind and version. What a server does not report, or not to this user, is left out.</summary>
internal sealed class ServerLook(InspectionCommands commands, TimeProvider time)
{
    private const int Pings = 5;

    public static CacheTopology TopologyOf(IDatabase database)
    {
        var servers = database.Multiplexer.GetServers();
        return Array.Exists(servers, static server => server.ServerType == ServerType.Cluster) ? CacheTopology.Cluster
            : Array.Exists(servers, static server => server.ServerType == ServerType.Sentinel) || database.Multiplexer.Configuration.Contains("serviceName=", StringComparison.OrdinalIgnoreCase)
                ? CacheTopology.Sentinel
            : servers.Length > 1 ? CacheTopology.Replicated
            : CacheTopology.Standalone;
    }

    /// <summary>The shortest of a few round trips to a primary; none when there is no answer.</summary>
    public async Task<TimeSpan?> MeasureAsync(IDatabase database, CancellationToken cancellationToken)
    {
        try
        {
            var shortest = TimeSpan.MaxValue;
            for (var i = 0; i < Pings; i++)
            {
                var start = time.GetTimestamp();
                await commands.BoundAsync(() => database.PingAsync(CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
                var taken = time.GetElapsedTime(start);
                shortest = taken < shortest ? taken : shortest;
            }

            return shortest;
        }
        catch (RedisTagCacheUnavailableException)
        {
            return null;
        }
    }

    public async Task<CacheServerInfo> DescribeAsync(IServer server, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var info = server.IsConnected ? await InfoAsync(server, cancellationToken).ConfigureAwait(false) : null;
        var described = new CacheServerInfo { EndPoint = Format(server), IsReplica = server.IsReplica, IsAnswering = info is not null };
        if (info is null)
            return described;
        var taken = time.GetElapsedTime(start);

        var (engine, version) = EngineOf(info, server);
        var text = await TryAsync(server, ["CONFIG", "GET", "save"], cancellationToken).ConfigureAwait(false);
        return described with
        {
            IsReplica = info.GetValueOrDefault("role") is { } role ? role == "slave" : server.IsReplica,
            Engine = engine,
            Version = version,
            UsedMemory = Number(info, "used_memory"),
            MaxMemory = Number(info, "maxmemory"),
            MemoryPolicy = info.GetValueOrDefault("maxmemory_policy"),
            DroppedForMemory = Number(info, "evicted_keys"),
            Keys = KeysIn(info),
            HasAppendOnlyFile = Number(info, "aof_enabled") is { } enabled ? enabled == 1 : null,
            Snapshots = text is { Length: 2 } ? (string?)text[1] : null,
            ClockAhead = Number(info, "server_time_usec") is { } now ? Ahead(now, taken) : await ClockAsync(server, cancellationToken).ConfigureAwait(false),
            Uptime = Number(info, "uptime_in_seconds") is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
    }

    private TimeSpan Ahead(long microseconds, TimeSpan taken) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond) - (time.GetUtcNow() - (taken / 2));

    private async Task<TimeSpan?> ClockAsync(IServer server, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var reply = await TryAsync(server, ["TIME"], cancellationToken).ConfigureAwait(false);
        return reply is { Length: 2 } ? Ahead(((long)reply[0] * 1_000_000) + (long)reply[1], time.GetElapsedTime(start)) : null;
    }

    private async Task<Dictionary<string, string>?> InfoAsync(IServer server, CancellationToken cancellationToken)
    {
        try
        {
            var text = ServerInfoScript.Parse(await commands.BoundAsync(() => ServerInfoScript.RunAsync(server), cancellationToken).ConfigureAwait(false));
            return text.Split('\n')
                .Select(static line => line.TrimEnd('\r').Split(':', 2))
                .Where(static pair => pair.Length == 2)
                .DistinctBy(static pair => pair[0])
                .ToDictionary(static pair => pair[0], static pair => pair[1], StringComparer.Ordinal);
        }
        catch (RedisTagCacheUnavailableException e) when (e.InnerException is RedisServerException or RedisCommandException)
        {
            return []; // it answers, and does not say
        }
        catch (RedisTagCacheUnavailableException)
        {
            return null;
        }
    }

    private async Task<RedisResult[]?> TryAsync(IServer server, string[] command, CancellationToken cancellationToken)
    {
        try
        {
            object[] arguments = [.. command.Skip(1)];
            var reply = await commands.BoundAsync(() => server.ExecuteAsync(command[0], arguments, CommandFlags.None), cancellationToken).ConfigureAwait(false);
            return (RedisResult[]?)reply;
        }
        catch (RedisTagCacheUnavailableException)
        {
            return null;
        }
    }

    private static (string Engine, string Version) EngineOf(Dictionary<string, string> info, IServer server)
    {
        foreach (var engine in (string[])["valkey", "garnet", "dragonfly", "keydb"])
        {
            if (info.TryGetValue(engine + "_version", out var version))
                return (engine, version);
        }

        return ("redis", info.GetValueOrDefault("redis_version") ?? server.Version.ToString());
    }

    private static long? KeysIn(Dictionary<string, string> info)
    {
        var counts = info.Where(static pair => pair.Key.StartsWith("db", StringComparison.Ordinal) && pair.Value.StartsWith("keys=", StringComparison.Ordinal));
        return info.Count == 0 ? null : counts.Sum(static pair => long.Parse(pair.Value.AsSpan(5, pair.Value.IndexOf(',', StringComparison.Ordinal) - 5), CultureInfo.InvariantCulture));
    }

    private static long? Number(Dictionary<string, string> info, string name) =>
        info.TryGetValue(name, out var text) && long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Format(IServer server) => server.EndPoint switch
    {
        System.Net.DnsEndPoint dns => $"{dns.Host}:{dns.Port}",
        var other => other.ToString() ?? "",
    };
}
