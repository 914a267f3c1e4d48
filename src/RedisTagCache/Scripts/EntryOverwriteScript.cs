using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Scripts;

/// <summary>Overwrites entries, and announces that to the instances that have local copies.</summary>
internal static class EntryOverwriteScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("entry_overwrite");
    public static readonly string[] KeyNames = ["epoch", "removals", "staged", "entry...", "lease..."];
    public static readonly string[] ArgumentNames = ["retention", "cap", "publish", "envelope...", "ttl...", "version..."];

    private static readonly RedisValue _hash = Convert.ToHexStringLower(Script.Hash);
    private static readonly RedisValue _text = Script.Text;

    /// <summary>Overwrites one entry, whose envelope is staged.</summary>
    /// <param name="address">The entry and its lease.</param>
    /// <param name="staged">The key of the staged envelope.</param>
    /// <param name="timeToLive">Milliseconds.</param>
    /// <param name="version">When the computation of the value began, in evictions.</param>
    public static ScriptCall Call(in EntryLocation address, RedisKey staged, long timeToLive, in EpochStamp version) => new(
        Script,
        [address.Partition.Epoch, address.Partition.Removals, staged, address.Key, address.Lease],
        [RemovalsSyncScript.Retention, RemovalsSyncScript.Cap, address.Partition.Publish, RedisValue.EmptyString, timeToLive, version.ToString()]);

    public static FillReply Parse(RedisResult reply)
    {
        var parts = ScriptReply.Parts(reply, least: 4);
        return new FillReply(ScriptReply.IsDone(parts[3]), ScriptReply.Stamp(parts[0]), (long)(double)parts[1], (long)(double)parts[2]);
    }

    /// <summary>How many parts the command has for so many entries.</summary>
    public static int Count(int entries) => 8 + (entries * 5);

    /// <summary>The parts of the command that are no entry's: the script's hash, or its text, and what all entries share.</summary>
    public static void Begin(Span<RedisKeyOrValue> parts, Partition partition, int entries, bool isByHash)
    {
        parts[0] = isByHash ? _hash : _text;
        parts[1] = (RedisValue)(3 + (2 * entries));
        parts[2] = partition.Epoch;
        parts[3] = partition.Removals;
        parts[4] = partition.NothingStaged;
        var arguments = parts[(5 + (2 * entries))..];
        arguments[0] = (RedisValue)RemovalsSyncScript.Retention;
        arguments[1] = (RedisValue)RemovalsSyncScript.Cap;
        arguments[2] = partition.Publish;
    }

    /// <summary>The parts of the command for one of its entries.</summary>
    public static void Set(Span<RedisKeyOrValue> parts, int entries, int index, in EntryLocation address, ReadOnlyMemory<byte> envelope, long timeToLive, in RedisValue version)
    {
        parts[5 + (2 * index)] = address.Key;
        parts[6 + (2 * index)] = address.Lease;
        var arguments = parts[(8 + (2 * entries) + (3 * index))..];
        arguments[0] = (RedisValue)envelope;
        arguments[1] = (RedisValue)timeToLive;
        arguments[2] = version;
    }
}
