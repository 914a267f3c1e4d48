using StackExchange.Redis;

namespace RedisTagCache.Redis.Scripts;

/// <summary>Stores what a factory computed and gives its lease back.</summary>
internal static class EntryFillScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("entry_fill");
    public static readonly string[] KeyNames = ["entry", "epoch", "lease", "removals", "staged"];
    public static readonly string[] ArgumentNames = ["envelope", "ttl", "token", "owner", "started", "publish"];

    /// <param name="address">The entry and its lease.</param>
    /// <param name="staged">The key of a staged envelope; any other when the envelope comes along.</param>
    /// <param name="envelope">The envelope; empty when it is staged.</param>
    /// <param name="timeToLive">Milliseconds.</param>
    /// <param name="token">When the computation began, in evictions.</param>
    /// <param name="owner">The lease's owner; empty without one.</param>
    /// <param name="startedAt">When it began, in removals.</param>
    public static ScriptCall Call(
        in LeasedAddress address, RedisKey staged, ReadOnlyMemory<byte> envelope, long timeToLive, in EpochStamp token, string owner, long startedAt) => new(
            Script,
            [address.Entry.Key, address.Entry.Partition.Epoch, address.Lease, address.Entry.Partition.Removals, staged],
            [envelope, timeToLive, token.ToString(), owner, startedAt, address.Entry.Partition.Publish]);

    public static FillReply Parse(RedisResult reply)
    {
        var parts = ScriptReply.Parts(reply, least: 3);
        return new FillReply((int)parts[0] == 1, ScriptReply.Stamp(parts[1]), (long)(double)parts[2]);
    }
}
