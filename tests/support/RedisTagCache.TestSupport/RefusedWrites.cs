using StackExchange.Redis;

namespace RedisTagCache.TestSupport;

/// <summary>Makes a server answer reads and refuse writes. The server is the test's own.</summary>
public static class RefusedWrites
{
    /// <summary>The ways in which a server refuses writes.</summary>
    public static IReadOnlyList<string> All { get; } = ["full", "replica", "unsaved", "acl"];

    /// <summary>Has the server refuse writes from now on.</summary>
    /// <param name="admin">A connection with all rights.</param>
    /// <param name="how">One of <see cref="All"/>.</param>
    public static async Task BeginAsync(IConnectionMultiplexer admin, string how)
    {
        ArgumentNullException.ThrowIfNull(admin);
        var server = admin.GetServer(admin.GetEndPoints()[0]);
        switch (how)
        {
            case "full":
                ServerFeatures.Require(ServerFeature.Eviction);
                await server.ConfigSetAsync("maxmemory", "1");
                break;
            case "replica":
                ServerFeatures.Require(ServerFeature.Replication);
                await server.ExecuteAsync("REPLICAOF", "127.0.0.1", "1");
                await server.ExecuteAsync("CONFIG", "SET", "replica-serve-stale-data", "yes");
                break;
            case "unsaved":
                ServerFeatures.Require(ServerFeature.Snapshots);
                var folder = (await server.ConfigGetAsync("dir"))[0].Value;
                Directory.CreateDirectory(Path.Combine(folder, "dump.rdb")); // in the way of the file
                await server.ExecuteAsync("CONFIG", "SET", "save", "3600 1");
                await server.ExecuteAsync("BGSAVE");
                await Eventually.BecomesTrueAsync(() => IsRefusedAsync(admin), "a snapshot fails", TimeSpan.FromSeconds(30));
                break;
            case "acl":
                await server.ExecuteAsync("ACL", "SETUSER", "default", "-@write", "+@read", "+@connection", "+eval", "+evalsha", "+info", "+@pubsub");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(how), how, null);
        }
    }

    /// <summary>Has the server take writes again.</summary>
    /// <param name="admin">A connection with all rights.</param>
    /// <param name="how">How it refuses them: "full" or "unsaved".</param>
    public static Task EndAsync(IConnectionMultiplexer admin, string how = "full")
    {
        ArgumentNullException.ThrowIfNull(admin);
        var server = admin.GetServer(admin.GetEndPoints()[0]);
        return how switch
        {
            "full" => server.ConfigSetAsync("maxmemory", "0"),
            "unsaved" => server.ConfigSetAsync("stop-writes-on-bgsave-error", "no"),
            _ => throw new ArgumentOutOfRangeException(nameof(how), how, null),
        };
    }

    private static async Task<bool> IsRefusedAsync(IConnectionMultiplexer admin)
    {
        try
        {
            await admin.GetDatabase().StringSetAsync("any", "v");
            return false;
        }
        catch (RedisServerException e)
        {
            return e.Message.StartsWith("MISCONF", StringComparison.Ordinal);
        }
    }
}
