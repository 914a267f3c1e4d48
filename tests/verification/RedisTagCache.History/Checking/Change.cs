using RedisTagCache.History.Recording;

namespace RedisTagCache.History.Checking;

/// <summary>A confirmed change, which a value started before must not outlive.</summary>
/// <param name="Kind">An eviction, an expiry or a removal.</param>
/// <param name="Target">The tag or the key.</param>
/// <param name="Start">When it was called.</param>
/// <param name="End">When it had returned.</param>
/// <param name="By">Who knows it for certain.</param>
internal readonly record struct Change(Kind Kind, int Target, long Start, long End, WorkerId By);
