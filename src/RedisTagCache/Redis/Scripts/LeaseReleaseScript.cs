using StackExchange.Redis;

namespace RedisTagCache.Redis.Scripts;

/// <summary>Gives a lease back without a value.</summary>
internal static class LeaseReleaseScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("lease_release");
    public static readonly string[] KeyNames = ["lease", "entry", "epoch"];
    public static readonly string[] ArgumentNames = ["owner", "pause"];

    public static ScriptCall Call(in LeasedAddress address, string owner, TimeSpan pause) => new(
        Script, [address.Lease, address.Entry.Key, address.Entry.Partition.Epoch], [owner, (long)pause.TotalMilliseconds]);

    public static bool Parse(RedisResult reply) => (int)reply == 1;
}
