namespace RedisTagCache.History.Checking;

/// <summary>What docs/consistency.md promises, as far as a history can show that it was broken.</summary>
internal enum Promise
{
    /// <summary>After an eviction or a removal has returned, no lookup in Redis that begins later gives a value whose computation began before it.</summary>
    ReadsOfRedis,

    /// <summary>The same of copies in memory, two seconds later.</summary>
    ReadsOfCopies,

    /// <summary>After a soft expiry has returned, no such value passes for fresh; of copies, two seconds later.</summary>
    ExpiredIsNotFresh,

    /// <summary>One factory runs at a time for a key while its leader lives and has its lease.</summary>
    OneRunAtATime,

    /// <summary>A read gives a whole value, of its own key.</summary>
    ValuesOfTheirKeys,
}
