using StackExchange.Redis;

namespace RedisTagCache.Redis.Scripts;

/// <summary>Gives a lease back without a value.</summary>
internal static class LeaseReleaseScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("lease_release");
    public static readonly string[] KeyNames = ["lease", "entry", "epoch"];
    public static readonly string[] ArgumentNames = ["owner", "mark", "duration", "publish"];

    /// <summary>The mark under which callers that have an old value do not try again.</summary>
    public const string Pause = "pause";

    /// <summary>The mark under which nobody needs a lease, because the value is not kept anyway.</summary>
    public const string Pass = "pass";

    public static ScriptCall Call(in LeasedAddress address, string owner, string mark, TimeSpan duration) => new(
        Script,
        [address.Lease, address.Entry.Key, address.Entry.Partition.Epoch],
        [owner, mark, (long)duration.TotalMilliseconds, address.Entry.Partition.Publish]);

    public static bool Parse(RedisResult reply) => (int)reply == 1;
}
