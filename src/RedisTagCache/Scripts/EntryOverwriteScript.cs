using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Scripts;

/// <summary>Overwrites an entry, and announces it to the instances that have a local copy.</summary>
internal static class EntryOverwriteScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("entry_overwrite");
    public static readonly string[] KeyNames = ["entry", "epoch", "lease", "removals", "staged"];
    public static readonly string[] ArgumentNames = ["envelope", "ttl", "version", "retention", "cap", "publish"];

    /// <param name="address">The entry and its lease.</param>
    /// <param name="staged">The key of a staged envelope; any other when the envelope comes along.</param>
    /// <param name="envelope">The envelope; empty when it is staged.</param>
    /// <param name="timeToLive">Milliseconds.</param>
    /// <param name="version">When the computation of the value began, in evictions.</param>
    public static ScriptCall Call(in EntryLocation address, RedisKey staged, ReadOnlyMemory<byte> envelope, long timeToLive, in EpochStamp version) => new(
        Script,
        [address.Key, address.Partition.Epoch, address.Lease, address.Partition.Removals, staged],
        [envelope, timeToLive, version.ToString(), RemovalsSyncScript.Retention, RemovalsSyncScript.Cap, address.Partition.Publish]);

    public static FillReply Parse(RedisResult reply) => EntryFillScript.Parse(reply) with { Before = (long)(double)ScriptReply.Parts(reply, least: 4)[3] };
}
