using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Scripts;

/// <summary>Overwrites entries, and announces that to the instances that have local copies.</summary>
internal static class EntryOverwriteScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("entry_overwrite");
    public static readonly string[] KeyNames = ["epoch", "removals", "entry...", "lease...", "staged..."];
    public static readonly string[] ArgumentNames = ["retention", "cap", "publish", "envelope...", "ttl...", "version..."];

    /// <summary>Overwrites one entry, whose envelope is staged.</summary>
    /// <param name="address">The entry and its lease.</param>
    /// <param name="staged">The key of the staged envelope.</param>
    /// <param name="timeToLive">Milliseconds.</param>
    /// <param name="version">When the computation of the value began, in evictions.</param>
    public static ScriptCall Call(in EntryLocation address, RedisKey staged, long timeToLive, in EpochStamp version) => new(
        Script,
        [address.Partition.Epoch, address.Partition.Removals, address.Key, address.Lease, staged],
        [RemovalsSyncScript.Retention, RemovalsSyncScript.Cap, address.Partition.Publish, RedisValue.EmptyString, timeToLive, version.ToString()]);

    public static FillReply Parse(RedisResult reply)
    {
        var parts = ScriptReply.Parts(reply, least: 4);
        return new FillReply(ScriptReply.IsDone(parts[3]), ScriptReply.Stamp(parts[0]), (long)(double)parts[1], (long)(double)parts[2]);
    }
}
