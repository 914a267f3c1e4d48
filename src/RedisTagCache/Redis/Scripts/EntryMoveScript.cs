using StackExchange.Redis;

namespace RedisTagCache.Redis.Scripts;

/// <summary>Puts a staged large entry in its place, unless its value may be older than what Redis remembers.</summary>
internal static class EntryMoveScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("entry_move");
    public static readonly string[] KeyNames = ["entry", "epoch", "staged"];
    public static readonly string[] ArgumentNames = ["ttl", "token"];

    public static ScriptCall Call(EntryAddress address, RedisKey staged, long timeToLive, in EpochStamp token) =>
        new(Script, [address.Key, address.Partition.Epoch, staged], [timeToLive, token.ToString()]);

    public static (bool Stored, EpochStamp? Stamp) Parse(RedisResult reply)
    {
        var parts = ScriptReply.Parts(reply, least: 2);
        return ((int)parts[0] == 1, ScriptReply.Stamp(parts[1]));
    }
}
