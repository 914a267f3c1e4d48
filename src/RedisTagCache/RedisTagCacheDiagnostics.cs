namespace RedisTagCache;

/// <summary>The names under which the cache reports itself. They are stable.</summary>
public static class RedisTagCacheDiagnostics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "RedisTagCache";

    /// <summary>The name of the activity source.</summary>
    public const string ActivitySourceName = "RedisTagCache";

    /// <summary>Counter: look-ups, by <c>surface</c>, <c>outcome</c> (hit, stale, miss) and, for a miss, <c>reason</c>.</summary>
    public const string LookupsInstrument = "redistagcache.lookups";

    /// <summary>Counter: writes, by <c>surface</c> and <c>outcome</c> (stored, refused, dropped).</summary>
    public const string WritesInstrument = "redistagcache.writes";

    /// <summary>Counter: tags evicted or expired, by <c>kind</c> (hard, soft; any for the last two outcomes) and <c>outcome</c> (done, failed, repeated, healed).</summary>
    public const string EvictionsInstrument = "redistagcache.evictions";

    /// <summary>Counter: entries removed by key, by <c>surface</c> and <c>outcome</c> (done, failed).</summary>
    public const string RemovalsInstrument = "redistagcache.removals";

    /// <summary>Histogram, seconds: one operation on Redis, by <c>operation</c> and <c>outcome</c> (ok, timeout, error, canceled).</summary>
    public const string OperationDurationInstrument = "redistagcache.operation.duration";

    /// <summary>Counter: synchronizations of this instance's copy of the marks, by <c>kind</c> (catch_up, full) and <c>outcome</c> (ok, failed).</summary>
    public const string MirrorSyncsInstrument = "redistagcache.mirror.syncs";

    /// <summary>Gauge: evicted tags this instance remembers.</summary>
    public const string MirrorMarksInstrument = "redistagcache.mirror.marks";

    /// <summary>Gauge: 0 while the circuit to Redis is closed, 1 while it is open.</summary>
    public const string CircuitStateInstrument = "redistagcache.circuit.state";

    /// <summary>Dimension: the surface's name.</summary>
    public const string SurfaceDimension = "surface";

    /// <summary>Dimension: what came of it.</summary>
    public const string OutcomeDimension = "outcome";

    /// <summary>Dimension: why a look-up missed (absent, evicted, damaged, unavailable).</summary>
    public const string ReasonDimension = "reason";

    /// <summary>Dimension: which kind of eviction or synchronization.</summary>
    public const string KindDimension = "kind";

    /// <summary>Dimension: which operation on Redis.</summary>
    public const string OperationDimension = "operation";
}
