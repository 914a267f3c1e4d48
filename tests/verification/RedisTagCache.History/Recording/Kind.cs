namespace RedisTagCache.History.Recording;

/// <summary>What was done.</summary>
internal enum Kind : byte
{
    /// <summary>Nothing: the process ended while it wrote the record.</summary>
    None,

    /// <summary>The version of a key was raised in the database.</summary>
    Raise,

    /// <summary>A tag was evicted.</summary>
    Evict,

    /// <summary>A tag was softly expired.</summary>
    Expire,

    /// <summary>A value was removed by key.</summary>
    Remove,

    /// <summary>A value was set.</summary>
    Set,

    /// <summary>A value was written with the version of a lookup.</summary>
    Write,

    /// <summary>A read that asks Redis.</summary>
    ReadRedis,

    /// <summary>A read that may return a copy in memory.</summary>
    ReadCopy,

    /// <summary>A factory ran, from its begin to its end.</summary>
    Run,
}
