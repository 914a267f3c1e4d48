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

    /// <summary>Asks for the invalidations of the tags of the entry that was found.</summary>
    Asks,

    /// <summary>Redis has told them, and the answer is under way.</summary>
    Told,
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

    /// <summary>A transaction is open, with its changes and its row.</summary>
    Commits,

    /// <summary>It is committed, and the answer is under way to its writer.</summary>
    Committed,

    /// <summary>The eviction of a row is confirmed, and the row is to be deleted.</summary>
    Deletes,
    Done,
}

/// <summary>What an instance that has not read all tag invalidations was told about the tags of an entry.</summary>
internal enum Told : byte
{
    /// <summary>It has not asked.</summary>
    Nothing,

    /// <summary>Nothing that it may validate by.</summary>
    Unusable,
    Invalidated,
    Stale,
    Fresh,

    /// <summary>It is for this operation alone, which has waited for it.</summary>
    Awaited,
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
    public Told Told;
    public RemovalMoment Moment;

    /// <summary>The number of removals that were known before the write.</summary>
    public byte RecordedBefore;
    public bool HasLease;
    public LeaseReply Lease;
    public FillReply Fill;
    public TagInvalidationReply Invalidation;

    /// <summary>The newest eviction of its instance that had failed when the invalidation was made.</summary>
    public byte OwedBefore;

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

    /// <summary>The transaction whose row a dispatcher has claimed, counted from 1.</summary>
    public byte Row;

    /// <summary>Whether that row was evicted once, and is evicted again.</summary>
    public bool IsRepeat;

    /// <summary>The highest number of a row that a dispatcher has evicted. Only for dispatchers that go by these numbers.</summary>
    public byte Number;

    /// <summary>Whether a read found a value.</summary>
    public bool IsFound;
}
