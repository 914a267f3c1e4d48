using RedisTagCache.Tool.Output;
using StackExchange.Redis;

namespace RedisTagCache.Tool.Doctor;

/// <summary>What the servers' own words say about roles, versions, memory and persistence.</summary>
internal static class ServerChecks
{
    private static readonly Version _oldest = new(6, 0);

    public static IEnumerable<Finding> Roles(IReadOnlyList<ServerFacts> servers)
    {
        foreach (var away in servers.Where(static server => !server.IsAnswering))
            yield return new Finding("role", Level.Warn, $"{away.Where} does not answer; the others do.", "Start it, or take it out of the connection string.");
        var primaries = servers.Where(static server => server is { IsAnswering: true, IsReplica: false }).ToList();
        if (primaries.Count == 0)
        {
            yield return new Finding(
                "role", Level.Error, "Only a read-only replica is connected; the cache reads and writes on the primary alone.",
                "Name the primary in the connection string, best of all with its replicas: redis-a:6379,redis-b:6379.");
            yield break;
        }

        yield return new Finding("role", Level.Ok, string.Join(", ", servers.Where(static s => s.IsAnswering).Select(static s => $"{s.Where} is {(s.IsReplica ? "a replica" : "a primary")}")) + ".");
        if (primaries.Count > 1 && primaries.TrueForAll(static server => server.Server.ServerType == ServerType.Standalone))
        {
            yield return new Finding(
                "role", Level.Error, $"{primaries.Count} primaries are named that know nothing of each other: each has a cache of its own.",
                "Name one of them and its replicas, or make them a cluster.");
        }

        foreach (var replica in servers.Where(static server => server["master_link_status"] == "down"))
            yield return new Finding("role", Level.Warn, $"The replica {replica.Where} has lost its primary; a failover to it would lose evictions.", "Look at its log.");
    }

    public static Finding Version(ServerFacts server) => Version(server.Where, server.Engine, server.Version);

    public static Finding Version(string where, string engine, string number) =>
        engine is "Redis" or "Valkey" && System.Version.TryParse(number, out var version) && version < _oldest
            ? new Finding("version", Level.Error, $"{where} is {engine} {number}.", "It must be 6.0 or later.")
            : new Finding("version", Level.Ok, $"{where} is {engine} {number}.");

    public static Finding Memory(ServerFacts server)
    {
        const string Name = "memory";
        var (used, most, policy) = (server.Number("used_memory"), server.Number("maxmemory"), server["maxmemory_policy"]);
        if (used is null || most is null || policy is null)
            return new Finding(Name, Level.Ok, $"{server.Where} does not tell about its memory.");
        var state = $"{server.Where} uses {Shown.Bytes(used)} of {(most == 0 ? "no limit" : Shown.Bytes(most))}, policy {policy}";
        if (policy == "noeviction" && most > 0)
        {
            return used >= most * 0.95
                ? new Finding(Name, Level.Error, state + ": it is full, and refuses writes and evictions.", "CONFIG SET maxmemory-policy volatile-lru (and in redis.conf), or give it more memory. redistagcache reclaim frees what is dead.")
                : new Finding(Name, Level.Warn, state + ": once full, it will refuse writes and evictions.", "Set maxmemory-policy volatile-lru.");
        }

        return most == 0
            ? new Finding(Name, Level.Warn, state + ".", "Set maxmemory and maxmemory-policy volatile-lru, or the machine's memory is the limit.")
            : policy.StartsWith("allkeys", StringComparison.Ordinal)
                ? new Finding(Name, Level.Ok, state + ". If it is full, it may drop the tag invalidations, and all entries with tags then count as evicted. Use volatile-lru to avoid that.")
                : new Finding(Name, Level.Ok, state + ".");
    }

    public static Finding Persistence(ServerFacts server)
    {
        const string Name = "persistence";
        if (server["aof_enabled"] is not { } aof)
            return new Finding(Name, Level.Ok, $"{server.Where} does not tell about persistence.");
        if (server["rdb_last_bgsave_status"] is "err" || server["aof_last_write_status"] is "err")
            return new Finding(Name, Level.Error, $"{server.Where} could not write to disk, and may refuse all writes because of it.", "Free its disk, or switch persistence off: the cache needs none.");
        return aof == "1"
            ? new Finding(Name, Level.Ok, $"{server.Where} logs writes to disk (AOF). The cache needs no persistence.")
            : new Finding(Name, Level.Ok, $"{server.Where} does not log writes to disk. The cache needs no persistence.");
    }
}
