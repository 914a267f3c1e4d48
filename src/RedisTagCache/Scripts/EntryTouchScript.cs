using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Scripts;

/// <summary>Extends an entry with sliding expiration, if it is still the one that was read.</summary>
internal static class EntryTouchScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("entry_touch");
    public static readonly string[] KeyNames = ["entry"];
    public static readonly string[] ArgumentNames = ["identity", "ttl"];

    public static ScriptCall Call(EntryLocation address, byte[] identity, long timeToLive) => new(Script, [address.Key], [identity, timeToLive]);

    public static bool Parse(RedisResult reply) => ScriptReply.IsDone(reply);
}
