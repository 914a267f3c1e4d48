using System.Runtime.CompilerServices;

namespace RedisTagCache.Model;

[InlineArray(Two.Length)]
internal struct Servers
{
    private Server _first;
}

[InlineArray(Most)]
internal struct Instances
{
    public const int Most = 3;

    private Instance _first;
}

[InlineArray(Most)]
internal struct Ops
{
    public const int Most = 6;

    private Op _first;
}

[InlineArray(Most)]
internal struct Messages
{
    public const int Most = 8;

    private Message _first;
}

/// <summary>A state: all that Redis, the instances and the network know, and who does what. Made of bytes alone.</summary>
internal struct World
{
    public Servers Servers;
    public Servers Earlier;
    public bool HasEarlier;
    public Instances Instances;
    public Ops Ops;
    public Messages Messages;

    /// <summary>The changes that have begun, a bit for each operation.</summary>
    public byte Begun;

    /// <summary>The changes that have returned and are in force: what no read that begins now may miss.</summary>
    public byte InForce;

    /// <summary>The changes that have returned, whatever became of them.</summary>
    public byte Returned;

    public byte Faults;
    public byte Nonce;
    public Violation Violation;
}

internal enum Violation : byte
{
    None,

    /// <summary>A read in Redis gave a value that an eviction or a removal had ended.</summary>
    OldValueRead,

    /// <summary>A copy was given out that an eviction or a removal had ended before the instance last looked.</summary>
    OldCopyGiven,

    /// <summary>Who joined was given a value that had ended before he came.</summary>
    OldValueJoined,

    /// <summary>Two have the lease of a key.</summary>
    TwoLeaders,

    /// <summary>There are more marks than shall be kept.</summary>
    TooManyMarks,

    /// <summary>Nothing that is written is found again.</summary>
    NothingKept,
}

internal enum MessageKind : byte
{
    None,
    Marks,
    Removal,
}

/// <summary>An announcement under way to those whose bit is set.</summary>
internal struct Message
{
    public MessageKind Kind;
    public byte To;
    public byte Partition;
    public MarkReply Marks;
    public byte Hard;
    public byte Soft;
    public byte Key;
    public byte Number;
    public byte Before;
}

internal enum PollPhase : byte
{
    None,
    Asked,
    Answered,
    AwaitsMarks,
    AsksRemovals,
    HasRemovals,
}

internal struct Poll
{
    public PollPhase Phase;

    /// <summary>What was in force when it began.</summary>
    public byte InForce;

    /// <summary>The operations that had joined another when it began.</summary>
    public byte Joined;
    public Stamp Stamp;
    public byte Removal;
    public byte Asked;
    public byte Syncs;
    public RemovalsPage Page;
}

internal struct Instance
{
    public Mirrors Mirrors;
    public RemovalLog Removals;
    public Copies Copies;

    /// <summary>Whether copies may be given out without asking: there was a look that succeeded. Time does not pass here: copies are trusted for ever after.</summary>
    public bool IsCurrent;

    /// <summary>The changes of which copies must know: those in force when the last look began, and its own.</summary>
    public byte Due;

    public bool IsDown;

    /// <summary>The connection was lost, and this instance has not yet heard of it.</summary>
    public bool IsUnaware;
    public Poll Poll;
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
    public byte Syncs;
    public RemovalMoment Moment;

    /// <summary>What was heard of removals before the write.</summary>
    public byte HeardBefore;
    public bool HasLease;
    public LeaseReply Lease;
    public FillReply Fill;
    public MarkReply Mark;

    /// <summary>The operation that it has joined, counted from 1.</summary>
    public byte JoinedTo;

    /// <summary>Who had begun when it last asked Redis.</summary>
    public byte AskedWith;

    /// <summary>Who had begun when it first did.</summary>
    public byte FirstWith;

    /// <summary>The operations that have asked Redis since this one began: what they bring is its too.</summary>
    public byte Covering;
    public bool HasLooked;
    public bool IsDetached;

    /// <summary>Whether a read found a value.</summary>
    public bool IsFound;
}
