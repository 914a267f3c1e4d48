namespace RedisTagCache;

/// <summary>Provides the names of the cache's metrics and traces. They are stable.</summary>
public static class RedisTagCacheDiagnostics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "RedisTagCache";

    /// <summary>The name of the activity source.</summary>
    public const string ActivitySourceName = "RedisTagCache";

    /// <summary>Counter: lookups, by <c>region</c>, <c>outcome</c> (hit, stale, miss; hit_local for values and pages, stale_local and fail_safe for values, returned from memory) and, for a miss, <c>reason</c>.</summary>
    public const string LookupsInstrument = "redistagcache.lookups";

    /// <summary>Counter: writes, by <c>region</c> and <c>outcome</c> (stored, rejected, skipped).</summary>
    public const string WritesInstrument = "redistagcache.writes";

    /// <summary>Counter: tags evicted or expired, by <c>kind</c> (evict, expire; any for the last two outcomes) and <c>outcome</c> (done, failed, retried, recovered).</summary>
    public const string EvictionsInstrument = "redistagcache.evictions";

    /// <summary>Counter: entries removed by key, by <c>region</c> and <c>outcome</c> (done, failed).</summary>
    public const string RemovalsInstrument = "redistagcache.removals";

    /// <summary>Histogram, seconds: one operation on Redis, by <c>operation</c> and <c>outcome</c> (ok, timeout, error, canceled).</summary>
    public const string OperationDurationInstrument = "redistagcache.operation.duration";

    /// <summary>Counter: synchronizations of this instance's tag state, by <c>kind</c> (catch_up, full) and <c>outcome</c> (ok, failed).</summary>
    public const string TagStateSyncsInstrument = "redistagcache.tag_state.syncs";

    /// <summary>Gauge: the evicted or expired tags that this instance remembers.</summary>
    public const string TagStateTagsInstrument = "redistagcache.tag_state.tags";

    /// <summary>Counter: messages received, by <c>kind</c> (eviction, removal, release) and <c>outcome</c> (applied, gap: an earlier message did not arrive).</summary>
    public const string MessagesInstrument = "redistagcache.backplane.messages";

    /// <summary>Counter: messages that Redis sent for changes by this instance, by <c>kind</c> (eviction, removal).</summary>
    public const string MessagesSentInstrument = "redistagcache.backplane.sent";

    /// <summary>
    /// Counter: calls for values that were missing, by <c>role</c> (leader: ran the factory for the fleet; took_over: the same after waiting for another instance; follower: waited for another
    /// instance's value; coalesced: waited for another caller in the process; uncoordinated: ran the factory without a lease).
    /// </summary>
    public const string FactoryCallsInstrument = "redistagcache.factory.calls";

    /// <summary>Counter: background refreshes of stale values, by <c>outcome</c> (done, failed, taken: another instance's).</summary>
    public const string RefreshesInstrument = "redistagcache.refreshes";

    /// <summary>Counter: values that were computed but not stored, by <c>reason</c> (key_length, payload_size, serialization, factory).</summary>
    public const string BypassesInstrument = "redistagcache.bypasses";

    /// <summary>Histogram, seconds: one run of a factory, by <c>outcome</c> (ok, error, canceled).</summary>
    public const string FactoryDurationInstrument = "redistagcache.factory.duration";

    /// <summary>Gauge, bytes: the size of the local cache, with the pages in it.</summary>
    public const string LocalBytesInstrument = "redistagcache.local.bytes";

    /// <summary>Gauge: the number of entries in the local cache.</summary>
    public const string LocalEntriesInstrument = "redistagcache.local.entries";

    /// <summary>Gauge: 0 while the circuit breaker is closed, 1 while it is open.</summary>
    public const string CircuitStateInstrument = "redistagcache.circuit.state";

    /// <summary>Dimension of all measurements, and tag of all activities: the name of the cache. It is <see cref="DefaultCacheName"/> for the cache without a name.</summary>
    public const string CacheNameDimension = "cache.name";

    /// <summary>The value of <see cref="CacheNameDimension"/> for the cache without a name.</summary>
    public const string DefaultCacheName = "default";

    /// <summary>Dimension: the region's name.</summary>
    public const string RegionDimension = "region";

    /// <summary>Dimension: the outcome.</summary>
    public const string OutcomeDimension = "outcome";

    /// <summary>Dimension: how a call got its value.</summary>
    public const string RoleDimension = "role";

    /// <summary>Dimension: why a lookup missed (absent, evicted, damaged, unavailable), or why a value was not stored.</summary>
    public const string ReasonDimension = "reason";

    /// <summary>Dimension: the kind of eviction, message or synchronization.</summary>
    public const string KindDimension = "kind";

    /// <summary>Dimension: the operation on Redis.</summary>
    public const string OperationDimension = "operation";
}
