using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests;

internal static class DatabaseExtensions
{
    /// <summary>The keys of that pattern, on all primaries.</summary>
    public static RedisKey[] Keys(this IDatabase database, string pattern) =>
        [.. database.Multiplexer.GetServers().Where(server => server.IsConnected && !server.IsReplica).SelectMany(server => server.Keys(pattern: pattern, pageSize: 1_000)).Distinct()];

    /// <summary>Deletes keys wherever they lie.</summary>
    public static Task DeleteAsync(this IDatabase database, IEnumerable<RedisKey> keys) => Task.WhenAll(keys.Select(key => database.KeyDeleteAsync(key)));
}
