using System.Runtime.CompilerServices;

namespace RedisTagCache.Model;

[InlineArray(Length)]
internal struct Ops
{
    public const int Length = 6;

    private Op _first;
}

internal enum Phase : byte
{
    Idle,
    ReadsEntry,
    ReadsEpoch,
    Validates,
    AwaitsSync,
    Writes,
    Acquires,
    Leased,
    Waits,
    Computes,
    Fills,
    Filled,
    Releases,
    Joined,
    Landed,
    Replaces,
    Replaced,
    Invalidates,
    Invalidated,

    /// <summary>An eviction that has failed waits to be retried.</summary>
    Retries,
    Done,
}

/// <summary>How far an operation is.</summary>
internal struct Op
{
    public Phase Phase;

    /// <summary>Where it goes on when the synchronization it waits for has ended.</summary>
    public Phase Next;
    public byte Partition;
    public Stamp Version;

    /// <summary>The stamp of its first lookup.</summary>
    public Stamp First;
    public Entry Found;

    /// <summary>The changes in force when it began.</summary>
    public byte InForce;

    /// <summary>The failed evictions of its instance when it began.</summary>
    public byte Failed;
    public byte Syncs;
    public RemovalMoment Moment;

    /// <summary>The number of removals that were known before the write.</summary>
    public byte RecordedBefore;
    public bool HasLease;
    public LeaseReply Lease;
    public FillReply Fill;
    public TagInvalidationReply Invalidation;

    /// <summary>The operation that it has joined, counted from 1.</summary>
    public byte JoinedTo;

    /// <summary>The operations that had joined when it last asked Redis.</summary>
    public byte AskedWith;

    /// <summary>The operations that had joined when it first did.</summary>
    public byte FirstWith;

    /// <summary>The operations that have asked Redis since this one began, so that it may take their values.</summary>
    public byte Covering;
    public bool HasPolled;
    public bool IsDetached;

    /// <summary>Whether a read found a value.</summary>
    public bool IsFound;
}
