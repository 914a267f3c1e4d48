using Xunit;

namespace RedisTagCache.TestSupport;

/// <summary>Skips tests whose server lacks what they need, with one reason a kind, so that a run can count them.</summary>
public static class ServerFeatures
{
    /// <summary>The arguments of redis-server that ask for more than the embedded server has.</summary>
    private static readonly Dictionary<string, ServerFeature> _arguments = new()
    {
        ["--cluster-enabled"] = ServerFeature.Cluster,
        ["--dbfilename"] = ServerFeature.Snapshots,
        ["--maxmemory"] = ServerFeature.Eviction,
        ["--replicaof"] = ServerFeature.Replication,
        ["--slowlog-log-slower-than"] = ServerFeature.Monitoring,
        ["--tls-port"] = ServerFeature.Tls,
    };

    /// <summary>Skips the test if the server is the embedded one.</summary>
    public static void Require(ServerFeature feature)
    {
        Assert.SkipWhen(RedisServer.IsEmbedded, Reason(feature));
    }

    /// <summary>Skips the test if its fixture chose the embedded server.</summary>
    public static void Require(ServerFeature feature, bool isRealRedis) => Assert.SkipUnless(isRealRedis, Reason(feature));

    /// <summary>Returns what a fixture made, or skips the test if it made none because the server is the embedded one.</summary>
    public static T OrSkip<T>(T? made, ServerFeature feature)
        where T : class
    {
        if (made is null)
            Require(feature);
        return made ?? throw new InvalidOperationException("The fixture is not initialized.");
    }

    internal static void RequireFor(IEnumerable<string> arguments)
    {
        foreach (var argument in arguments)
        {
            if (_arguments.TryGetValue(argument, out var feature))
                Require(feature);
        }
    }

    private static string Reason(ServerFeature feature) => "Needs redis-server: " + feature switch
    {
        ServerFeature.Cluster => "the embedded server's cluster has no replicas, and slots that tests cannot move.",
        ServerFeature.Eviction => "the embedded server has no maximum memory, at which it drops keys or refuses writes.",
        ServerFeature.KeyPermissions => "the embedded server has no permissions on keys and channels, and no log of denied commands.",
        ServerFeature.KeyTypes => "the embedded server keeps keys of different types apart.",
        ServerFeature.Monitoring => "the embedded server has no slow log that tests can configure.",
        ServerFeature.Pause => "the embedded server has no CLIENT PAUSE.",
        ServerFeature.Replication => "the embedded server runs without replicas.",
        ServerFeature.Sentinel => "the embedded server runs without Sentinel.",
        ServerFeature.ShardUnsubscription => "the embedded server has no SUNSUBSCRIBE.",
        ServerFeature.Snapshots => "the embedded server saves no snapshots.",
        ServerFeature.Tls => "the embedded server runs without TLS.",
        _ => throw new ArgumentOutOfRangeException(nameof(feature), feature, null),
    };
}
