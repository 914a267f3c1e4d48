using System.Globalization;

namespace RedisTagCache.Testing.Engine;

/// <summary>What the server says about itself.</summary>
internal static class ServerInfo
{
    /// <summary>The version of Redis whose commands it has.</summary>
    public const string Version = "7.2.0";

    public static string Text(RedisEngine engine)
    {
        var lines = new List<string>
        {
            "# Server",
            "redis_version:" + Version,
            "redis_mode:standalone",
            "run_id:" + engine.RunId,
            Line("server_time_usec", (engine.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond),
            Line("uptime_in_seconds", (long)(engine.Time.GetUtcNow() - engine.StartedAt).TotalSeconds),
            "# Memory",
            Line("used_memory", GC.GetTotalMemory(forceFullCollection: false)),
            "maxmemory:0",
            "maxmemory_policy:noeviction",
            "# Persistence",
            "loading:0",
            "aof_enabled:0",
            "# Stats",
            "evicted_keys:0",
            "# Replication",
            "role:master",
            "connected_slaves:0",
            "master_replid:" + engine.RunId,
            "# Cluster",
            "cluster_enabled:0",
            "# Keyspace",
        };
        for (var i = 0; i < engine.Databases.Count; i++)
        {
            if (engine.Databases[i].Count is > 0 and var count)
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"db{i}:keys={count},expires=0,avg_ttl=0"));
        }

        return string.Join("\r\n", lines) + "\r\n";
    }

    private static string Line(string name, long value) => string.Create(CultureInfo.InvariantCulture, $"{name}:{value}");
}
