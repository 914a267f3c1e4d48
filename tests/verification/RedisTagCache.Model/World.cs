using System.Runtime.CompilerServices;

namespace RedisTagCache.Model;

[InlineArray(Two.Length)]
internal struct Servers
{
    private Server _first;
}

/// <summary>A state: all that Redis, the instances and the network know, and how far the operations are. Made of bytes alone.</summary>
internal struct World
{
    public Servers Servers;
    public Servers Earlier;
    public bool HasEarlier;
    public Instances Instances;
    public Ops Ops;
    public Messages Messages;
    public Database Database;

    /// <summary>The changes that have started, a bit for each operation.</summary>
    public byte Started;

    /// <summary>The changes that have returned and are in force. No read that begins now may miss them.</summary>
    public byte InForce;

    /// <summary>The changes that have returned, whatever became of them.</summary>
    public byte Returned;

    /// <summary>The evictions that have failed: they hold in their own instances, and are retried.</summary>
    public byte Failed;

    public byte Faults;
    public byte Nonce;
    public Violation Violation;
}

internal enum Violation : byte
{
    None,

    /// <summary>A read in Redis gave a value that an eviction or a removal had ended.</summary>
    OldValueRead,

    /// <summary>A local copy was returned that an eviction or a removal had ended before the instance last polled.</summary>
    OldCopyReturned,

    /// <summary>A caller that joined got a value that had ended before its call.</summary>
    OldValueJoined,

    /// <summary>A local copy was dropped although nothing had ended it, and Redis had nothing new to report.</summary>
    ValidCopyDropped,

    /// <summary>Two have the lease of a key.</summary>
    TwoLeaders,

    /// <summary>There are more tag invalidations than the maximum.</summary>
    TooManyTagInvalidations,

    /// <summary>Nothing that is written is found again.</summary>
    NothingKept,

    /// <summary>A row of the outbox was evicted although its transaction is not committed.</summary>
    EvictedWithoutCommit,

    /// <summary>All is done, and a row of the outbox is left.</summary>
    RowLeft,

    /// <summary>All is done, and a value is found that was computed before a commit.</summary>
    NeverEvicted,

    /// <summary>Without further faults, all would never be done.</summary>
    NeverSettled,
}
