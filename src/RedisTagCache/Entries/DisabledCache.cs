using Microsoft.Extensions.Logging;
using RedisTagCache.Diagnostics;

namespace RedisTagCache.Entries;

/// <summary>Stands for the entries and the evictions of a cache that is disabled: there are none.</summary>
/// <param name="name">What the cache is called in log lines.</param>
/// <param name="logger">Learns of the first eviction.</param>
internal sealed class DisabledCache(string name, ILogger logger)
{
    private int _told;

    /// <summary>Gets the result of every lookup.</summary>
    public static CacheLookup Miss => new(CacheMissReason.Absent, CacheVersion.Unknown);

    /// <summary>Takes note of an eviction, which has no effect.</summary>
    public void Evict()
    {
        if (Interlocked.Exchange(ref _told, 1) == 0)
            Log.EvictionsDisabled(logger, name);
    }
}
