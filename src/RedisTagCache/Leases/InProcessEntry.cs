using System.Collections.Immutable;
using RedisTagCache.Entries;
using RedisTagCache.Invalidation;
using RedisTagCache.LocalCaching;
using RedisTagCache.Tags;

namespace RedisTagCache.Leases;

/// <summary>Represents an entry that Redis did not store. Requests in this process that wait for it get it, until Redis stores one.</summary>
internal sealed class InProcessEntry(ValueAddress address, CacheVersion version, RemovalMoment startedAt, byte[][] tags, ImmutableArray<byte> payload, CopyTimes times, int size)
    : LocalCopy(address, version, NumberOf(startedAt), tags, default, times, size)
{
    public ImmutableArray<byte> Payload => payload;

    /// <summary>Whether it is within its lifetime, and was not evicted as far as this instance knows.</summary>
    /// <param name="now">A time stamp.</param>
    public bool IsFresh(long now) => now < Times.FreshUntil && Validate() == Verdict.Fresh;

    /// <summary>Returns whether it was removed or overwritten since its computation began.</summary>
    public bool IsSuperseded() => Watch.Removals.IsSuperseded(Name, startedAt, NumberOf(startedAt));

    /// <summary>Returns the newest removal that it is not superseded by. If none was read from Redis, the removals that this process has received count.</summary>
    public static long NumberOf(in RemovalMoment startedAt) => Math.Max(0, startedAt.Number);
}
