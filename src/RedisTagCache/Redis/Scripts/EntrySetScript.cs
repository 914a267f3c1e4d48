using StackExchange.Redis;

namespace RedisTagCache.Redis.Scripts;

/// <summary>Stores an entry, unless its value may be older than what Redis remembers.</summary>
internal static class EntrySetScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("entry_set");
    public static readonly string[] KeyNames = ["entry", "epoch"];
    public static readonly string[] ArgumentNames = ["envelope", "ttl", "token"];

    public static ScriptCall Call(EntryAddress address, ReadOnlyMemory<byte> envelope, long timeToLive, in EpochStamp token) =>
        new(Script, [address.Key, address.Partition.Epoch], [envelope, timeToLive, token.ToString()]);

    public static (bool Stored, EpochStamp? Stamp) Parse(RedisResult reply)
    {
        var parts = ScriptReply.Parts(reply, least: 2);
        return ((int)parts[0] == 1, ScriptReply.Stamp(parts[1]));
    }
}
