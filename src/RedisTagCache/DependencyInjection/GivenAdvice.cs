using System.Collections.Concurrent;

namespace RedisTagCache.DependencyInjection;

/// <summary>What the caches of an application have advised about servers. Several caches may have the same server.</summary>
internal sealed class GivenAdvice
{
    private readonly ConcurrentDictionary<(int LogId, string Server), bool> _given = new();

    /// <summary>Returns whether nobody has given this advice about this server yet. From then on, somebody has.</summary>
    public bool IsNew(int logId, string server) => _given.TryAdd((logId, server), true);
}
