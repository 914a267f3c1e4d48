using RedisTagCache.Diagnostics.Advice;
using RedisTagCache.Tool.Output;
using StackExchange.Redis;

namespace RedisTagCache.Tool.Doctor;

/// <summary>What the servers' own words say about roles, versions, memory and persistence.</summary>
internal static class ServerChecks
{
    public static IEnumerable<Finding> Roles(IReadOnlyList<ServerFacts> servers)
    {
        foreach (var silent in servers.Where(static server => !server.IsAnswering))
            yield return new Finding("role", Level.Warn, $"{silent.Where} did not respond. Other servers of the connection string did.", "Start the server, or remove it from the connection string.");
        var primaries = servers.Where(static server => server is { IsAnswering: true, IsReplica: false }).ToList();
        if (primaries.Count == 0)
        {
            yield return new Finding(
                "role", Level.Error, "Only a read-only replica is connected. The cache needs a connection to the primary.",
                "Name the primary in the connection string, and preferably its replicas too: redis-a:6379,redis-b:6379.");
            yield break;
        }

        yield return new Finding("role", Level.Ok, string.Join(", ", servers.Where(static s => s.IsAnswering).Select(static s => $"{s.Where} is {(s.IsReplica ? "a replica" : "a primary")}")) + ".");
        if (ConnectionAdvice.AreUnrelated(primaries.Count, primaries.TrueForAll(static server => server.Server.ServerType == ServerType.Standalone)))
            yield return new Finding("role", Level.Error, $"{primaries.Count} primaries are named that do not know each other: {ConnectionAdvice.UnrelatedEffect}.", ConnectionAdvice.UnrelatedRemedy);

        foreach (var replica in servers.Where(static server => server["master_link_status"] == "down"))
            yield return new Finding("role", Level.Warn, $"The replica {replica.Where} has no connection to its primary. A failover to it would lose evictions.", "Check the log of the replica.");
    }

    public static Finding Version(ServerFacts server) => Version(server.Where, server.Report.Engine, server.Version);

    public static Finding Version(string where, string engine, string number) =>
        ServerAdvice.TooOld(engine, number) is not null
            ? new Finding("version", Level.Error, $"{where} is {engine} {number}.", ServerAdvice.VersionRemedy)
            : new Finding("version", Level.Ok, $"{where} is {engine} {number}.");

    public static Finding Memory(ServerFacts server, int maxTagInvalidations)
    {
        const string Name = "memory";
        var limit = server.Report.Number("maxmemory");
        var state = $"{server.Where} uses {Shown.Bytes(server.Report.Number("used_memory"))} of {(limit == 0 ? "no limit" : Shown.Bytes(limit))}, policy {server["maxmemory_policy"]}";
        return MemoryAdvice.RiskOf(server.Report, maxTagInvalidations) switch
        {
            MemoryRisk.Unknown => new Finding(Name, Level.Ok, $"{server.Where} does not report its memory."),
            MemoryRisk.Unlimited => new Finding(Name, Level.Warn, state + ".", "Set maxmemory and maxmemory-policy volatile-lru. Without a limit, the server can use all memory of the machine."),
            MemoryRisk.Full => new Finding(Name, Level.Error, $"{state}: {MemoryAdvice.FullEffect}.", "Set maxmemory-policy volatile-lru with CONFIG SET and in redis.conf, or give the server more memory. To free the memory of invalidated entries, run redistagcache reclaim."),
            MemoryRisk.NoEviction => new Finding(Name, Level.Warn, $"{state}: {MemoryAdvice.NoEvictionEffect}.", MemoryAdvice.NoEvictionRemedy),
            MemoryRisk.AnyKeyOfFew => new Finding(Name, Level.Warn, $"{state}: {MemoryAdvice.AnyKeyEffect}.", MemoryAdvice.AnyKeyRemedy),
            MemoryRisk.AnyKey => new Finding(Name, Level.Ok, $"{state}: {MemoryAdvice.AnyKeyEffect}. {MemoryAdvice.AnyKeyRemedy}"),
            _ => new Finding(Name, Level.Ok, state + "."),
        };
    }

    public static Finding Persistence(ServerFacts server)
    {
        const string Name = "persistence";
        if (server["aof_enabled"] is not { } aof)
            return new Finding(Name, Level.Ok, $"{server.Where} does not report its persistence.");
        if (ServerAdvice.IsPersistenceFailing(server.Report))
            return new Finding(Name, Level.Error, $"{server.Where} {ServerAdvice.PersistenceEffect}.", ServerAdvice.PersistenceRemedy);
        return aof == "1"
            ? new Finding(Name, Level.Ok, $"{server.Where} logs writes to disk (AOF). The cache needs no persistence.")
            : new Finding(Name, Level.Ok, $"{server.Where} does not log writes to disk. The cache needs no persistence.");
    }
}
