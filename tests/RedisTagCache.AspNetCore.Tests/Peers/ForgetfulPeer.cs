using System.Collections.Concurrent;
using StackExchange.Redis;

namespace RedisTagCache.AspNetCore.Tests.Peers;

/// <summary>Knows of its own evictions only, and until it ends. No design at all: it is wrong everywhere, which shows that each scenario can fail.</summary>
internal sealed class ForgetfulPeer(ConnectionMultiplexer connection) : IPeer
{
    private readonly ConcurrentDictionary<string, bool> _evicted = [];
    private readonly IDatabase _database = connection.GetDatabase();

    public async ValueTask<string?> ReadAsync(string key)
    {
        var entry = ((string?)await _database.StringGetAsync(key))?.Split('\n');
        return entry is null || _evicted.ContainsKey(entry[0]) ? null : entry[1];
    }

    public async ValueTask GetOrComputeAsync(string key, string tag, Func<Task<string>> compute)
    {
        if (await ReadAsync(key) is null)
            await _database.StringSetAsync(key, $"{tag}\n{await compute()}");
    }

    public ValueTask EvictAsync(string tag)
    {
        _evicted[tag] = true;
        return default;
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
