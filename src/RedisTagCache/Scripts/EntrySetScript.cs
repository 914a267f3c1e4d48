using StackExchange.Redis;

namespace RedisTagCache.Scripts;

/// <summary>Stores entries, each unless its value may be older than an eviction.</summary>
internal static class EntrySetScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("entry_set");
    public static readonly string[] KeyNames = ["epoch", "entry..."];
    public static readonly string[] ArgumentNames = ["envelope...", "ttl...", "version..."];

    /// <summary>How many parts the command has for so many entries.</summary>
    public static int Count(int entries) => 3 + (entries * 4);

    /// <summary>The parts of the command before its entries: the script's hash, or its text, and the first key.</summary>
    public static void Begin(Span<RedisKeyOrValue> parts, in RedisKey epoch, int entries, bool isByHash)
    {
        parts[0] = isByHash ? Script.HashText : (RedisValue)Script.Text;
        parts[1] = (RedisValue)(1 + entries);
        parts[2] = epoch;
    }

    /// <summary>The parts of the command for one of its entries.</summary>
    public static void Set(Span<RedisKeyOrValue> parts, int entries, int index, in RedisKey key, ReadOnlyMemory<byte> envelope, long timeToLive, in RedisValue version)
    {
        parts[3 + index] = key;
        var arguments = parts[(3 + entries + (3 * index))..];
        arguments[0] = (RedisValue)envelope;
        arguments[1] = (RedisValue)timeToLive;
        arguments[2] = version;
    }
}
