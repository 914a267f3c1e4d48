using System.Collections.Concurrent;

namespace RedisTagCache.TestSupport;

/// <summary>
/// The servers that several tests share and none disturbs. Instances wait longer for them than by default: if the machine is busy, a lookup that
/// ends in a miss or an eviction that throws says nothing about the cache.
/// </summary>
public static class SharedServers
{
    private static readonly ConcurrentDictionary<string, bool> _addresses = new();

    public static TimeSpan OperationTimeout { get; } = TimeSpan.FromSeconds(15);

    public static void Add(string connectionString) => _addresses[FirstAddress(connectionString)] = true;

    /// <summary>Forgets a server that its tests no longer need, since others may get it for themselves.</summary>
    public static void Remove(string connectionString) => _addresses.TryRemove(FirstAddress(connectionString), out _);

    /// <summary>Sets the timeout of instances of a shared server. Call it before what the test itself sets.</summary>
    public static void Apply(RedisTagCacheOptions options, string connectionString)
    {
        if (Contains(connectionString))
            options.OperationTimeout = OperationTimeout;
    }

    public static bool Contains(string connectionString) => _addresses.ContainsKey(FirstAddress(connectionString));

    private static string FirstAddress(string connectionString) => connectionString.Split(',')[0];
}
