using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Scripts;

/// <summary>Stores what a factory computed and releases its lease.</summary>
internal static class EntryFillScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("entry_fill");
    public static readonly string[] KeyNames = ["entry", "epoch", "lease", "removals", "staged"];
    public static readonly string[] ArgumentNames = ["envelope", "ttl", "version", "owner", "started", "publish"];

    /// <param name="address">The entry and its lease.</param>
    /// <param name="staged">The key of a staged envelope; any other when the envelope comes along.</param>
    /// <param name="envelope">The envelope; empty when it is staged.</param>
    /// <param name="timeToLive">Milliseconds.</param>
    /// <param name="version">When the computation began, in evictions.</param>
    /// <param name="owner">The lease's owner; empty without one.</param>
    /// <param name="startedAt">When it began, in removals.</param>
    public static ScriptCall Call(
        in EntryLocation address, RedisKey staged, ReadOnlyMemory<byte> envelope, long timeToLive, in EpochStamp version, string owner, long startedAt) => new(
            Script,
            [address.Key, address.Partition.Epoch, address.Lease, address.Partition.Removals, staged],
            [envelope, timeToLive, version.ToString(), owner, startedAt, address.Partition.Publish]);

    public static FillReply Parse(RedisResult reply)
    {
        var parts = ScriptReply.Parts(reply, least: 3);
        return new FillReply(ScriptReply.IsDone(parts[0]), ScriptReply.Stamp(parts[1]), (long)(double)parts[2]);
    }
}
