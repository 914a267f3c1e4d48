namespace RedisTagCache;

/// <summary>The names under which the cache reports itself. They are stable.</summary>
public static class RedisTagCacheDiagnostics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "RedisTagCache";

    /// <summary>The name of the activity source.</summary>
    public const string ActivitySourceName = "RedisTagCache";

    /// <summary>Counter: lookups, by <c>region</c>, <c>outcome</c> (hit, stale, miss; hit_local, stale_local and fail_safe for values returned from memory) and, for a miss, <c>reason</c>.</summary>
    public const string LookupsInstrument = "redistagcache.lookups";

    /// <summary>Counter: writes, by <c>region</c> and <c>outcome</c> (stored, rejected, skipped).</summary>
    public const string WritesInstrument = "redistagcache.writes";

    /// <summary>Counter: tags evicted or expired, by <c>kind</c> (evict, expire; any for the last two outcomes) and <c>outcome</c> (done, failed, retried, recovered).</summary>
    public const string EvictionsInstrument = "redistagcache.evictions";

    /// <summary>Counter: entries removed by key, by <c>region</c> and <c>outcome</c> (done, failed).</summary>
    public const string RemovalsInstrument = "redistagcache.removals";

    /// <summary>Histogram, seconds: one operation on Redis, by <c>operation</c> and <c>outcome</c> (ok, timeout, error, canceled).</summary>
    public const string OperationDurationInstrument = "redistagcache.operation.duration";

    /// <summary>Counter: synchronizations of this instance's copy of the tag invalidations, by <c>kind</c> (catch_up, full) and <c>outcome</c> (ok, failed).</summary>
    public const string TagStateSyncsInstrument = "redistagcache.tag_state.syncs";

    /// <summary>Gauge: evicted tags this instance remembers.</summary>
    public const string TagStateTagsInstrument = "redistagcache.tag_state.tags";

    /// <summary>Counter: announcements received, by <c>kind</c> (eviction, removal, release) and <c>outcome</c> (applied, gap: one before it was missed).</summary>
    public const string MessagesInstrument = "redistagcache.backplane.messages";

    /// <summary>Counter: announcements that Redis sent for changes of this instance, by <c>kind</c> (eviction, removal).</summary>
    public const string MessagesSentInstrument = "redistagcache.backplane.sent";

    /// <summary>
    /// Counter: calls for values that were missing, by <c>role</c> (leader: ran the factory for the fleet; took_over: the same after waiting for another instance; follower: waited for another
    /// instance's value; coalesced: waited for another caller in the process; uncoordinated: ran the factory without a lease).
    /// </summary>
    public const string FactoryCallsInstrument = "redistagcache.factory.calls";

    /// <summary>Counter: background refreshes of stale values, by <c>outcome</c> (done, failed, taken: another instance's).</summary>
    public const string RefreshesInstrument = "redistagcache.refreshes";

    /// <summary>Counter: values that were computed and not kept, by <c>reason</c> (key_length, payload_size, serialization, factory).</summary>
    public const string BypassesInstrument = "redistagcache.bypasses";

    /// <summary>Histogram, seconds: one run of a factory, by <c>outcome</c> (ok, error, canceled).</summary>
    public const string FactoryDurationInstrument = "redistagcache.factory.duration";

    /// <summary>Gauge, bytes: this instance's own copies of values.</summary>
    public const string LocalBytesInstrument = "redistagcache.local.bytes";

    /// <summary>Gauge: this instance's own copies of values.</summary>
    public const string LocalEntriesInstrument = "redistagcache.local.entries";

    /// <summary>Gauge: 0 while the circuit to Redis is closed, 1 while it is open.</summary>
    public const string CircuitStateInstrument = "redistagcache.circuit.state";

    /// <summary>Dimension: the region's name.</summary>
    public const string RegionDimension = "region";

    /// <summary>Dimension: what came of it.</summary>
    public const string OutcomeDimension = "outcome";

    /// <summary>Dimension: how a call came by its value.</summary>
    public const string RoleDimension = "role";

    /// <summary>Dimension: why a lookup missed (absent, evicted, damaged, unavailable), or why a value was not kept.</summary>
    public const string ReasonDimension = "reason";

    /// <summary>Dimension: which kind of eviction or synchronization.</summary>
    public const string KindDimension = "kind";

    /// <summary>Dimension: which operation on Redis.</summary>
    public const string OperationDimension = "operation";
}
