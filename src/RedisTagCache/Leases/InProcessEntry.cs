using System.Collections.Immutable;
using RedisTagCache.Entries;
using RedisTagCache.Invalidation;
using RedisTagCache.LocalCaching;
using RedisTagCache.Tags;

namespace RedisTagCache.Leases;

/// <summary>An entry that Redis has not taken: for the requests in this process that wait for it, and kept until Redis takes one.</summary>
internal sealed class InProcessEntry(ValueAddress address, CacheVersion version, RemovalMoment startedAt, byte[][] tags, ImmutableArray<byte> payload, CopyTimes times, int size)
    : LocalCopy(address, version, NumberOf(startedAt), tags, default, times, size)
{
    public ImmutableArray<byte> Payload => payload;

    /// <summary>Whether it is within its lifetime, and was not evicted as far as this instance knows.</summary>
    /// <param name="now">A time stamp.</param>
    public bool IsFresh(long now) => now < Times.FreshUntil && Validate() == Verdict.Fresh;

    /// <summary>Whether it was removed or overwritten since it began. The removal of one that is kept ends it.</summary>
    public bool IsSuperseded() => Watch.Removals.IsSuperseded(Name, startedAt, NumberOf(startedAt));

    /// <summary>Gets the newest removal that it is not superseded by. Where Redis has told none, what this process has heard of counts.</summary>
    public static long NumberOf(in RemovalMoment startedAt) => Math.Max(0, startedAt.Number);
}
