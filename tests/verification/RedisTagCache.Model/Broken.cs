namespace RedisTagCache.Model;

/// <summary>Rules of the protocol that can be left out, to see that the exploration notices.</summary>
[Flags]
internal enum Broken
{
    None = 0,

    /// <summary>A value counts as started when it is written.</summary>
    TokenAtWrite = 1,

    /// <summary>An announced eviction is taken for complete knowledge, whatever came before it.</summary>
    AnyMessageCompletes = 1 << 1,

    /// <summary>Marks are dropped without a trace.</summary>
    FloorNotRaised = 1 << 2,

    /// <summary>A removal leaves the lease to its owner, and the value is taken from any owner of the lease.</summary>
    LeaseNotRevoked = 1 << 3,

    /// <summary>An instance takes over a mark as it hears of it, be it older than the one it has.</summary>
    MarksOverwritten = 1 << 4,

    /// <summary>A partition that lost its marks goes on under its old generation, from nothing.</summary>
    GenerationKept = 1 << 5,

    /// <summary>Nobody looks whether this is the server it was.</summary>
    RunIgnored = 1 << 6,

    /// <summary>Evictions that a server lost are not repeated.</summary>
    NothingHealed = 1 << 7,

    /// <summary>A copy is kept whatever was removed meanwhile.</summary>
    RemovalsIgnored = 1 << 8,

    /// <summary>Who joins a computation takes what it brings.</summary>
    JoinersTakeAll = 1 << 9,

    /// <summary>A value that is set counts as started when the script runs.</summary>
    SetTokenInScript = 1 << 10,

    /// <summary>A copy is judged by nothing but its own life.</summary>
    CopiesNotJudged = 1 << 11,

    /// <summary>Another generation is always taken for a newer one.</summary>
    PastBelieved = 1 << 12,

    /// <summary>What a caller may get because it waited is returned to all callers that joined it.</summary>
    AwaitedIsShared = 1 << 13,

    /// <summary>An eviction that failed does not hold in its own instance.</summary>
    FailedIgnored = 1 << 14,

    /// <summary>An eviction that failed is not counted, so that values that are computed without Redis do not tell whether they began before it or after.</summary>
    FailedUnordered = 1 << 15,

    /// <summary>The same for an eviction of which an instance hears before it knows those that preceded it.</summary>
    AheadUnordered = 1 << 16,

    /// <summary>The order of evictions that Redis had not confirmed still counts when Redis has told newer ones.</summary>
    OrderKept = 1 << 17,

    /// <summary>That order is forgotten by a synchronization that brings nothing new.</summary>
    OrderForgotten = 1 << 18,
}
