using StackExchange.Redis;

namespace RedisTagCache.Redis;

/// <summary>Where an entry lies: its partition and its key in Redis.</summary>
internal readonly record struct EntryAddress(Partition Partition, RedisKey Key)
{
    /// <summary>Gets a hash of the key that callers cannot foresee, since it is seeded per process. Zero where the entry is not read.</summary>
    public int Hash { get; init; }
}
