using System.Runtime.CompilerServices;

namespace RedisTagCache.Model;

[InlineArray(Most)]
internal struct Ops
{
    public const int Most = 6;

    private Op _first;
}

internal enum Phase : byte
{
    Idle,
    ReadsEntry,
    ReadsEpoch,
    Judges,
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
    Marks,
    Marked,

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
    public Stamp Token;

    /// <summary>The stamp of its first look.</summary>
    public Stamp First;
    public Entry Found;

    /// <summary>What was in force when it began.</summary>
    public byte InForce;

    /// <summary>The failed evictions of its instance when it began.</summary>
    public byte Failed;
    public byte Syncs;
    public RemovalMoment Moment;

    /// <summary>What was heard of removals before the write.</summary>
    public byte RecordedBefore;
    public bool HasLease;
    public LeaseReply Lease;
    public FillReply Fill;
    public TagInvalidationReply Mark;

    /// <summary>The operation that it has joined, counted from 1.</summary>
    public byte JoinedTo;

    /// <summary>Who had started when it last asked Redis.</summary>
    public byte AskedWith;

    /// <summary>Who had started when it first did.</summary>
    public byte FirstWith;

    /// <summary>The operations that have asked Redis since this one began: what they bring is its too.</summary>
    public byte Covering;
    public bool HasLooked;
    public bool IsDetached;

    /// <summary>Whether a read found a value.</summary>
    public bool IsFound;
}
