using StackExchange.Redis;

namespace RedisTagCache.Scripts;

/// <summary>Stores entries, each unless its value may be of another history than the evictions that Redis remembers.</summary>
internal static class EntrySetScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("entry_set");
    public static readonly string[] KeyNames = ["epoch", "entry...", "staged..."];
    public static readonly string[] ArgumentNames = ["envelope...", "ttl...", "version..."];

    /// <summary>How many parts the command has for so many entries, of which so many are staged.</summary>
    public static int Count(int entries, int staged) => 3 + (entries * 4) + staged;

    /// <summary>The parts of the command before its entries: the script's hash, or its text, and the first key.</summary>
    public static void Begin(Span<RedisKeyOrValue> parts, in RedisKey epoch, int entries, int staged, bool isByHash)
    {
        parts[0] = isByHash ? Script.HashText : (RedisValue)Script.Text;
        parts[1] = (RedisValue)(1 + entries + staged);
        parts[2] = epoch;
    }

    /// <summary>The parts of the command for one of its entries.</summary>
    public static void Set(
        Span<RedisKeyOrValue> parts, int entries, int staged, int index, in RedisKey key, ReadOnlyMemory<byte> envelope, long timeToLive, in RedisValue version)
    {
        parts[3 + index] = key;
        var arguments = parts[(3 + entries + staged + (3 * index))..];
        arguments[0] = (RedisValue)envelope;
        arguments[1] = (RedisValue)timeToLive;
        arguments[2] = version;
    }

    /// <summary>The part of the command for the next entry that is staged.</summary>
    public static void SetStaged(Span<RedisKeyOrValue> parts, int entries, int index, in RedisKey staged) => parts[3 + entries + index] = staged;
}
