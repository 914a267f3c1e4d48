namespace RedisTagCache.Model;

internal enum OpKind : byte
{
    /// <summary>A lookup in Redis through the store.</summary>
    Read,

    /// <summary>A lookup, and if it misses, a computation and a write without a lease: pages of one's own, <c>ITagCacheStore</c>.</summary>
    Compute,

    /// <summary>Get or create: the local copy, or the computation under way in the process, or a lookup, and a computation under a lease.</summary>
    Get,

    /// <summary>The same without reading the local copy.</summary>
    GetStrictly,
    Set,
    Remove,
    Evict,
    Expire,

    /// <summary>A transaction that changes the data of the tags, with its row in the outbox.</summary>
    Save,

    /// <summary>A dispatcher: claims the rows that are left, one after the other, evicts, and deletes them.</summary>
    Dispatch,
}

/// <summary>An operation that somebody begins at some time.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Instance">The instance that begins it.</param>
/// <param name="Key">The key; unused by evictions.</param>
/// <param name="Tags">The value's tags, or those to evict: a bit each.</param>
internal sealed record OpPlan(OpKind Kind, int Instance, int Key, byte Tags)
{
    /// <summary>The operation that must have ended before; -1 for none. It keeps the number of states small.</summary>
    public int After { get; init; } = -1;

    public bool IsChange => Kind is OpKind.Set or OpKind.Remove or OpKind.Evict or OpKind.Expire;
}

[Flags]
internal enum Faults
{
    None = 0,
    LoseEpoch = 1,
    LoseTagInvalidations = 1 << 1,
    LoseEntry = 1 << 2,
    LoseLease = 1 << 3,
    LoseRemovals = 1 << 4,

    /// <summary>Everything is gone.</summary>
    Flush = 1 << 5,

    /// <summary>Another server takes over with the data of an earlier moment: a failover with lag, or a restart from a snapshot.</summary>
    GoBack = 1 << 6,

    /// <summary>And its clock is far behind.</summary>
    ClockBehind = 1 << 7,

    /// <summary>The server does not respond to the first instance for a while.</summary>
    Silence = 1 << 8,

    /// <summary>A process is killed, and starts again without what it knew.</summary>
    Crash = 1 << 9,

    /// <summary>The answer to a commit, to the eviction of a row, or to its deletion does not arrive.</summary>
    LoseAnswers = 1 << 10,

    /// <summary>A claim ends although its owner is still at work.</summary>
    EndClaims = 1 << 11,

    AnyKey = LoseEpoch | LoseTagInvalidations | LoseEntry | LoseLease | LoseRemovals,
}

/// <summary>A scenario: the operations, and what may happen in the meantime.</summary>
internal sealed record Scenario(string Name, params OpPlan[] Ops)
{
    public int Instances { get; init; } = 2;

    public int Partitions { get; init; } = 1;

    /// <summary>The maximum number of tag invalidations.</summary>
    public byte MaxTagInvalidations { get; init; } = byte.MaxValue;

    /// <summary>Whether changes are announced; an announcement may come late, in another order, or never.</summary>
    public bool HasMessages { get; init; }

    /// <summary>Whether instances poll.</summary>
    public bool HasPolls { get; init; }

    public Faults Faults { get; init; }

    /// <summary>The maximum number that happens.</summary>
    public byte MaxFaults { get; init; }

    public Broken Broken { get; init; }

    /// <summary>Whether instances know the partition when it begins.</summary>
    public bool IsWarm { get; init; } = true;

    /// <summary>The maximum number of tag invalidations in one page. There are two of them then when the first instance starts, which knows nothing yet. 0 for as many as there are.</summary>
    public byte PageSize { get; init; }

    /// <summary>Whether there is an entry under the first key, with the first tag.</summary>
    public bool HasEntry { get; init; }

    /// <summary>Whether each instance has a local copy of it.</summary>
    public bool HasCopies { get; init; }

    /// <summary>Whether evictions that fail are retried.</summary>
    public bool HasRetries { get; init; }

    /// <summary>Whether callers wait until Redis has confirmed the write of a value that was computed.</summary>
    public bool WaitsForWrites { get; init; }

    /// <summary>Whether callers request the lease without a lookup, because they expect that there is no entry.</summary>
    public bool ExpectsMisses { get; init; }

    /// <summary>Whether instances have polled before it begins, so that they trust their local copies.</summary>
    public bool IsCurrent { get; init; }

    /// <summary>Whether transactions also evict before they commit.</summary>
    public bool EvictsBefore { get; init; }

    /// <summary>The transaction whose tag the cache rejects; -1 for none.</summary>
    public int Rejected { get; init; } = -1;

    /// <summary>Whether computations read a replica of the database that lags behind, and rows are evicted again after a delay that is longer than its lag.</summary>
    public bool HasReplica { get; init; }

    public bool HasOutbox { get; } = Ops.Any(op => op.Kind is OpKind.Save or OpKind.Dispatch);

    public int PartitionOf(int key) => key % Partitions;
}
