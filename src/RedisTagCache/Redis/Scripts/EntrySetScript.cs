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

    public static (bool Stored, EpochStamp? Stamp) Parse(RedisResult reply) =>
        ((int)reply[0] == 1, EpochStamp.TryParse((byte[]?)reply[1], out var stamp) ? stamp : null);
}
