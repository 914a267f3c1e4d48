using System.Runtime.CompilerServices;

namespace RedisTagCache.Model;

[InlineArray(Two.Length)]
internal struct Servers
{
    private Server _first;
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

    /// <summary>The changes that have started, a bit for each operation.</summary>
    public byte Started;

    /// <summary>The changes that have returned and are in force: what no read that begins now may miss.</summary>
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

    /// <summary>A copy was returned that an eviction or a removal had ended before the instance last looked.</summary>
    OldCopyGiven,

    /// <summary>Who joined was given a value that had ended before he came.</summary>
    OldValueJoined,

    /// <summary>A copy was dropped although nothing had ended it, and Redis had nothing new to tell.</summary>
    LiveCopyDropped,

    /// <summary>Two have the lease of a key.</summary>
    TwoLeaders,

    /// <summary>There are more marks than shall be kept.</summary>
    TooManyMarks,

    /// <summary>Nothing that is written is found again.</summary>
    NothingKept,
}
