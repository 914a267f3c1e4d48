using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Scripts;

/// <summary>Releases a lease without a value.</summary>
internal static class LeaseReleaseScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("lease_release");
    public static readonly string[] KeyNames = ["lease", "entry", "epoch"];
    public static readonly string[] ArgumentNames = ["owner", "successor", "duration", "publish"];

    /// <summary>The owner after a failure: callers that have an old value do not try again.</summary>
    public const string Pause = "pause";

    /// <summary>The owner after a value that is not stored: no caller needs a lease.</summary>
    public const string Pass = "pass";

    public static ScriptCall Call(in EntryLocation address, string owner, string successor, TimeSpan duration) => new(
        Script,
        [address.Lease, address.Key, address.Partition.Epoch],
        [owner, successor, (long)duration.TotalMilliseconds, address.Partition.Publish]);

    public static bool Parse(RedisResult reply) => ScriptReply.IsDone(reply);
}
