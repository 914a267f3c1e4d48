using StackExchange.Redis;

namespace RedisTagCache.Benchmarks.Contenders;

/// <summary>The floor: one GET by the client that all the caches use. No cache at all.</summary>
internal sealed class RedisContender(string name, IDatabase database) : Contender(name)
{
    public override bool HasMemory => false;

    public override ValueTask<string> GetAsync(string key, string[]? tags) => throw new NotSupportedException();

    public override async ValueTask<byte[]> GetFromRedisAsync(string key, string[] tags)
    {
        if ((byte[]?)await database.StringGetAsync(key) is { } found)
            return found;
        var value = Payload.Bytes();
        await database.StringSetAsync(key, value);
        return value;
    }
}
