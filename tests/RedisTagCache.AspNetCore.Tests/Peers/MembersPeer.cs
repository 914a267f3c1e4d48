using StackExchange.Redis;

namespace RedisTagCache.AspNetCore.Tests.Peers;

/// <summary>A set of keys for each tag, kept and emptied in one script: the index-of-members design at its best.</summary>
internal sealed class MembersPeer(ConnectionMultiplexer connection) : IPeer
{
    private const string Write = "redis.call('SET', KEYS[1], ARGV[1], 'PX', 300000) redis.call('SADD', KEYS[2], KEYS[1])";
    private const string Evict =
        "local m = redis.call('SMEMBERS', KEYS[1]) for i = 1, #m, 1000 do redis.call('DEL', unpack(m, i, math.min(i + 999, #m))) end redis.call('DEL', KEYS[1])";

    private readonly IDatabase _database = connection.GetDatabase();

    public async ValueTask<string?> ReadAsync(string key) => await _database.StringGetAsync("e:" + key);

    public async ValueTask GetOrComputeAsync(string key, string tag, Func<Task<string>> compute)
    {
        if (await ReadAsync(key) is null)
            await _database.ScriptEvaluateAsync(Write, ["e:" + key, "t:" + tag], [await compute()]);
    }

    public async ValueTask EvictAsync(string tag) => await _database.ScriptEvaluateAsync(Evict, ["t:" + tag]);

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
