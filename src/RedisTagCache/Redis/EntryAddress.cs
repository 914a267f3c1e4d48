using StackExchange.Redis;

namespace RedisTagCache.Redis;

/// <summary>Where an entry lies: its partition and its key in Redis.</summary>
internal readonly record struct EntryAddress(Partition Partition, RedisKey Key);
