namespace RedisTagCache.History.Work;

/// <summary>What a worker can do wrong on purpose, to see that the checker notices.</summary>
[Flags]
internal enum Broken
{
    None = 0,

    /// <summary>A value counts as started when it is written.</summary>
    VersionAtWrite = 1,

    /// <summary>Some evictions are told to be done and are not.</summary>
    EvictionsSkipped = 1 << 1,

    /// <summary>Some removals are told to be done and are not.</summary>
    RemovalsSkipped = 1 << 2,

    /// <summary>Copies are returned for some seconds whatever happens.</summary>
    CopiesNotJudged = 1 << 3,

    /// <summary>A worker that misses computes without asking for a lease.</summary>
    LeaseIgnored = 1 << 4,

    /// <summary>Some expired values are told to be fresh.</summary>
    ExpiriesSkipped = 1 << 5,

    /// <summary>What is done with a named cache is done with the one that has no name.</summary>
    CachesMixed = 1 << 6,
}
