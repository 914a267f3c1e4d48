namespace RedisTagCache.Model;

/// <summary>Rules of the protocol that can be left out, to see that the exploration notices.</summary>
[Flags]
internal enum Broken : ulong
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

    /// <summary>No row is written: the eviction is in the memory of the writer alone.</summary>
    RowsLeftOut = 1ul << 20,

    /// <summary>Rows are written outside of the transaction, after its commit.</summary>
    RowsAfterCommit = 1ul << 21,

    /// <summary>Rows are written outside of the transaction, before its commit.</summary>
    RowsBeforeCommit = 1ul << 22,

    /// <summary>A row is deleted, and then evicted.</summary>
    DeletedFirst = 1ul << 23,

    /// <summary>A row is deleted after its eviction, confirmed or not.</summary>
    DeletedUnconfirmed = 1ul << 24,

    /// <summary>A transaction evicts before its commit, and not after it.</summary>
    EvictedBeforeOnly = 1ul << 25,

    /// <summary>A transaction that evicted before its commit is expected to have no old values after it.</summary>
    EarlyCounts = 1ul << 26,

    /// <summary>The claim of a dispatcher that is gone does not end.</summary>
    ClaimsKept = 1ul << 27,

    /// <summary>A commit whose answer is lost is taken for one that has happened.</summary>
    UnknownIsCommitted = 1ul << 28,

    /// <summary>A dispatcher takes only rows with higher numbers than those that it has seen. Transactions commit in another order.</summary>
    RowsByNumber = 1ul << 29,

    /// <summary>The rows of a tag are deleted together, also one that was committed after the eviction.</summary>
    DeletedByTag = 1ul << 30,

    /// <summary>No second row is inserted for a tag that has one, although that one may be evicted already.</summary>
    RowsShared = 1ul << 31,

    /// <summary>A dispatcher begins with the oldest row each time, also if the cache has rejected it.</summary>
    RejectedFirst = 1ul << 32,

    /// <summary>A row is not evicted again after the replicas of the database have followed.</summary>
    NotRepeated = 1ul << 33,

    /// <summary>It is evicted again at once.</summary>
    RepeatedAtOnce = 1ul << 34,

    /// <summary>The first page of tag invalidations is taken for all of them.</summary>
    FirstPageIsAll = 1ul << 35,

    /// <summary>What Redis has told about the tags of an entry is used for later lookups too.</summary>
    AnswersKept = 1ul << 36,

    /// <summary>While the pages are read, lookups validate by those that were read.</summary>
    PagesValidate = 1ul << 37,

    /// <summary>A caller that has joined counts from the first lookup of its flight, and not from one after the caller came.</summary>
    JoinersCountFromFirst = 1ul << 38,

    /// <summary>A caller that has joined counts from the write of its flight, also if it came after that.</summary>
    JoinersCountFromWrite = 1ul << 39,

    /// <summary>An eviction that Redis has confirmed in another generation changes nothing until that generation was read.</summary>
    OtherGenerationIgnored = 1ul << 40,

    /// <summary>A caller that waits counts from a lookup that was made while an eviction of its instance was not confirmed.</summary>
    OwedCounts = 1ul << 41,
}
