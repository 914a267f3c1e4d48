namespace RedisTagCache.Model;

/// <summary>Rules of the protocol that can be left out, to see that the exploration notices.</summary>
[Flags]
internal enum Broken
{
    None = 0,

    /// <summary>A value counts as started when it is written.</summary>
    VersionAtWrite = 1,

    /// <summary>An announced eviction is taken for complete knowledge, whatever came before it.</summary>
    AnyMessageCompletes = 1 << 1,

    /// <summary>Tag invalidations are dropped without a trace.</summary>
    FloorNotRaised = 1 << 2,

    /// <summary>A removal leaves the lease to its owner, and the value is taken from any owner of the lease.</summary>
    LeaseNotRevoked = 1 << 3,

    /// <summary>An instance takes over a tag invalidation that is older than the one it has.</summary>
    InvalidationsOverwritten = 1 << 4,

    /// <summary>A partition that lost its tag invalidations goes on under its old generation, from nothing.</summary>
    GenerationKept = 1 << 5,

    /// <summary>No instance checks whether this is the server it was.</summary>
    RunIgnored = 1 << 6,

    /// <summary>Evictions that a server lost are not retried.</summary>
    NothingRecovered = 1 << 7,

    /// <summary>A local copy is stored even if its entry was removed in the meantime.</summary>
    RemovalsIgnored = 1 << 8,

    /// <summary>A caller that joins a computation takes its result in any case.</summary>
    JoinersTakeAll = 1 << 9,

    /// <summary>A value that is set counts as started when the script runs.</summary>
    SetVersionInScript = 1 << 10,

    /// <summary>A local copy is not validated.</summary>
    CopiesNotValidated = 1 << 11,

    /// <summary>Another generation is always taken for a newer one.</summary>
    PastBelieved = 1 << 12,

    /// <summary>A value that only a caller that waited may get is returned to all callers that joined it.</summary>
    AwaitedIsShared = 1 << 13,

    /// <summary>An eviction that failed does not hold in its own instance.</summary>
    FailedIgnored = 1 << 14,

    /// <summary>An eviction that failed is not counted, so values that are computed without Redis cannot tell whether they began before or after it.</summary>
    FailedUnordered = 1 << 15,

    /// <summary>The same for an eviction of which an instance hears before it knows those that preceded it.</summary>
    AheadUnordered = 1 << 16,

    /// <summary>The order of evictions that Redis had not confirmed still counts after Redis has reported newer ones.</summary>
    OrderKept = 1 << 17,

    /// <summary>That order is forgotten by a synchronization that brings nothing new.</summary>
    OrderForgotten = 1 << 18,

    /// <summary>A caller that waits counts from what the server knew, and not from what its instance knew.</summary>
    FirstOfServer = 1 << 19,
}
