using StackExchange.Redis;

namespace RedisTagCache.Tool.Doctor;

/// <summary>What the cache sends, with keys that end by themselves.</summary>
/// <param name="tag">The hash tag of the keys.</param>
internal sealed class TriedCommands(string tag)
{
    private const string Lifetime = "5000";

    /// <summary>The hash of the script that is tried.</summary>
    private const string Hash = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db";

    private readonly RedisKey _text = tag + ":text";
    private readonly RedisKey _other = tag + ":other";
    private readonly RedisKey _hash = tag + ":hash";
    private readonly RedisKey _set = tag + ":set";

    public object[][] Needed =>
    [
        ["SET", _text, "v", "PX", Lifetime], ["GET", _text], ["MGET", _text, _other], ["GETRANGE", _text, 0, 1], ["STRLEN", _text], ["PTTL", _text], ["PEXPIRE", _text, Lifetime],
        ["EXISTS", _text], ["PERSIST", _text], ["RENAME", _text, _other], ["DEL", _other], ["UNLINK", _text],
        ["SETNX", _text, "v"], ["PEXPIRE", _text, Lifetime], ["SETEX", _text, 5, "v"], ["PSETEX", _text, Lifetime, "v"], ["DEL", _text],
        ["HSET", _hash, "f", "v"], ["PEXPIRE", _hash, Lifetime], ["HGET", _hash, "f"], ["HMGET", _hash, "f"], ["DEL", _hash],
        ["ZADD", _set, 1, "m"], ["PEXPIRE", _set, Lifetime], ["ZSCORE", _set, "m"], ["ZCARD", _set], ["ZRANGE", _set, 0, -1], ["ZRANGEBYSCORE", _set, "-inf", "+inf"], ["ZREM", _set, "m"], ["DEL", _set],
        ["TIME"],
    ];

    public static object[][] Scripts => [["EVAL", "return 1", 0], ["EVALSHA", Hash, 0]];

    public static object[][] OfTheTool => [["SCAN", "0", "COUNT", 10], ["DBSIZE"]];

    /// <summary>A channel as the cache names it. On a cluster, messages stay with the server that has its slot.</summary>
    public RedisChannel Channel(bool isSharded) => isSharded ? RedisChannel.Sharded(tag + ":epoch") : RedisChannel.Literal(tag + ":epoch");

    public object[][] Messages(bool isSharded) => isSharded ? [["SPUBLISH", tag + ":epoch", "-"]] : [["PUBLISH", tag + ":epoch", "-"]];
}
