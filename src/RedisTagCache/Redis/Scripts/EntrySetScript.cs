using StackExchange.Redis;

namespace RedisTagCache.Redis.Scripts;

/// <summary>Stores entries, each unless its value may be older than an eviction.</summary>
internal static class EntrySetScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("entry_set");
    public static readonly string[] KeyNames = ["epoch", "entry..."];
    public static readonly string[] ArgumentNames = ["envelope...", "ttl...", "version..."];

    private static readonly RedisValue _hash = Convert.ToHexStringLower(Script.Hash);
    private static readonly RedisValue _text = Script.Text;

    /// <summary>How many parts the command has for so many entries.</summary>
    public static int Count(int entries) => 3 + (entries * 4);

    /// <summary>The parts of the command for a list of writes: by the script's hash, or with its text.</summary>
    public static void Fill(Span<RedisKeyOrValue> parts, in RedisKey epoch, EntryWrite first, int entries, bool isByHash)
    {
        parts[0] = isByHash ? _hash : _text;
        parts[1] = (RedisValue)(1 + entries);
        parts[2] = epoch;
        var (key, argument) = (3, 3 + entries);
        for (var write = first; write is not null; write = write.Next)
        {
            parts[key++] = write.Key;
            parts[argument++] = (RedisValue)write.Envelope;
            parts[argument++] = (RedisValue)write.TimeToLive;
            parts[argument++] = write.Token;
        }
    }
}
