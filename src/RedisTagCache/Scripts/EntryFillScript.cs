using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Scripts;

/// <summary>Stores what factories computed, and releases their leases.</summary>
internal static class EntryFillScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("entry_fill");
    public static readonly string[] KeyNames = ["epoch", "removals", "entry...", "lease...", "staged..."];
    public static readonly string[] ArgumentNames = ["publish", "envelope...", "ttl...", "version...", "owner...", "started..."];

    /// <summary>Stores one value, whose envelope is staged.</summary>
    /// <param name="address">The entry and its lease.</param>
    /// <param name="staged">The key of the staged envelope.</param>
    /// <param name="timeToLive">Milliseconds.</param>
    /// <param name="version">When the computation began, in evictions.</param>
    /// <param name="owner">The lease's owner; empty without one.</param>
    /// <param name="startedAt">When it began, in removals.</param>
    public static ScriptCall Call(in EntryLocation address, RedisKey staged, long timeToLive, in EpochStamp version, string owner, long startedAt) => new(
        Script,
        [address.Partition.Epoch, address.Partition.Removals, address.Key, address.Lease, staged],
        [address.Partition.Publish, RedisValue.EmptyString, timeToLive, version.ToString(), owner, startedAt]);

    public static FillReply Parse(RedisResult reply)
    {
        var parts = ScriptReply.Parts(reply, least: 3);
        return new FillReply(ScriptReply.IsDone(parts[2]), ScriptReply.Stamp(parts[0]), (long)(double)parts[1]);
    }
}

/// <summary>What came of storing or overwriting a value.</summary>
/// <param name="Stored">Whether it is stored.</param>
/// <param name="Stamp">The stamp now.</param>
/// <param name="Removal">The newest removal; of an overwrite its own number.</param>
/// <param name="Before">Of an overwrite: the number before it.</param>
internal readonly record struct FillReply(bool Stored, EpochStamp? Stamp, long Removal, long Before = 0);
