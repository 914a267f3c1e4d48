using StackExchange.Redis;

namespace RedisTagCache.Redis;

/// <summary>Where an entry lies, and the lease on computing its value.</summary>
internal readonly record struct LeasedAddress(EntryAddress Entry, RedisKey Lease);
