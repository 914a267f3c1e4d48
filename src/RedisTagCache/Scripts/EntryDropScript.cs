using StackExchange.Redis;

namespace RedisTagCache.Scripts;

/// <summary>Drops an entry that no reader can use, if it is still the one that was validated.</summary>
internal static class EntryDropScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("entry_drop");
    public static readonly string[] KeyNames = ["entry"];
    public static readonly string[] ArgumentNames = ["identity"];

    public static ScriptCall Call(RedisKey entry, byte[] identity) => new(Script, [entry], [identity]);

    /// <summary>Gets the number of bytes dropped.</summary>
    public static long Parse(RedisResult reply) => (long)reply;
}
