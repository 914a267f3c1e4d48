using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests;

internal static class DatabaseExtensions
{
    private const int PageSize = 1_000;

    /// <summary>The keys of that pattern, on all primaries.</summary>
    public static RedisKey[] Keys(this IDatabase database, string pattern) =>
        [.. PrimariesOf(database).SelectMany(server => server.Keys(pattern: pattern, pageSize: PageSize)).Distinct()];

    /// <summary>The same without a thread that waits for it.</summary>
    public static async Task<RedisKey[]> KeysAsync(this IDatabase database, string pattern)
    {
        var keys = new HashSet<RedisKey>();
        foreach (var server in PrimariesOf(database))
        {
            await foreach (var key in server.KeysAsync(pattern: pattern, pageSize: PageSize))
                keys.Add(key);
        }

        return [.. keys];
    }

    /// <summary>Deletes keys wherever they lie.</summary>
    public static Task DeleteAsync(this IDatabase database, IEnumerable<RedisKey> keys) => Task.WhenAll(keys.Select(key => database.KeyDeleteAsync(key)));

    private static IEnumerable<IServer> PrimariesOf(IDatabase database) => database.Multiplexer.GetServers().Where(static server => server.IsConnected && !server.IsReplica);
}
