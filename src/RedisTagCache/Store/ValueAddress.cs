using RedisTagCache.Redis;

namespace RedisTagCache.Store;

/// <summary>Where a value lies: its name among the copies, its place in Redis, and who follows its partition.</summary>
internal sealed record ValueAddress(CacheEntryKey Entry, string Name, LeasedAddress Redis, PartitionWatch Watch)
{
    public string Key => Entry.Key;
}
