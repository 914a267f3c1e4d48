using System.Buffers;

namespace RedisTagCache.Store;

/// <summary>A lease that is known to this process alone, because Redis grants none.</summary>
internal interface IInProcessLease : IHeldLease
{
    /// <summary>Writes the entry into Redis. If Redis does not take it, it is for this process.</summary>
    Task<CacheWriteOutcome> SetAsync(ReadOnlySequence<byte> payload, CacheVersion version, TagCacheEntryOptions options);

    /// <summary>Ends the time in which no caller needs a lease.</summary>
    void Resume();
}
