using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Scripts;

/// <summary>Puts a staged large entry in its place, unless its value may be older than an eviction.</summary>
internal static class EntryMoveScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("entry_move");
    public static readonly string[] KeyNames = ["entry", "epoch", "staged"];
    public static readonly string[] ArgumentNames = ["ttl", "version"];

    public static ScriptCall Call(EntryLocation address, RedisKey staged, long timeToLive, in EpochStamp version) =>
        new(Script, [address.Key, address.Partition.Epoch, staged], [timeToLive, version.ToString()]);

    public static (bool Stored, EpochStamp? Stamp) Parse(RedisResult reply)
    {
        var parts = ScriptReply.Parts(reply, least: 2);
        return (ScriptReply.IsDone(parts[0]), ScriptReply.Stamp(parts[1]));
    }
}
