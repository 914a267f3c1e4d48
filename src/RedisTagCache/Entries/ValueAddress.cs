using RedisTagCache.Invalidation;
using RedisTagCache.Topology;

namespace RedisTagCache.Entries;

/// <summary>Represents the location of a value.</summary>
/// <param name="Entry">Its key.</param>
/// <param name="Name">Its name among the copies.</param>
/// <param name="Watch">What is known about changes to it.</param>
/// <param name="Redis">Its place in Redis; nothing before the first connection.</param>
internal sealed record ValueAddress(CacheEntryKey Entry, string Name, EntryWatch Watch, EntryLocation? Redis)
{
    public string Key => Entry.Key;
}
