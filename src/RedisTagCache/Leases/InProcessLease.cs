using System.Buffers;
using System.Collections.Immutable;
using RedisTagCache.Entries;
using RedisTagCache.Invalidation;
using RedisTagCache.LocalCaching;
using RedisTagCache.Tags;

namespace RedisTagCache.Leases;

/// <summary>A lease that is known to this process alone.</summary>
internal sealed class InProcessLease(InProcessLeases leases, ValueStore values, ValueAddress address, CacheVersion acquired, RemovalMoment startedAt, TimeProvider time)
    : OwnedLease, IInProcessLease
{
    private readonly int _changes = address.Watch.Changes;
    private InProcessEntry? _result;

    /// <summary>Gets what was computed under it and Redis has not taken. Nothing until it has ended.</summary>
    public InProcessEntry? Result => Volatile.Read(ref _result);

    /// <inheritdoc/>
    public async Task<CacheWriteOutcome> SetAsync(ReadOnlySequence<byte> payload, CacheVersion version, TagCacheEntryOptions options)
    {
        try
        {
            var tags = EntryContent.Check(address.Entry, payload, options);
            version = version.IsDefault ? acquired : version;
            var life = LeaseStore.LifeOf(options, time);

            // Made before the first wait: the payload is the caller's again when this ends.
            var entry = leases.EntryOf(address, version, startedAt, tags, payload.ToArray(), life);
            var outcome = CacheWriteOutcome.Skipped;
            if (!IsForThisProcess(version, tags, entry))
                outcome = (await values.Entries.FillAsync(address, payload, 0, life, tags, version, "", startedAt.Number).ConfigureAwait(false)).Outcome;
            if (outcome != CacheWriteOutcome.Skipped)
                values.Supersede(address.Entry);
            else if (!version.IsUnknown && !(version.IsDefault && address.Watch.Changes != _changes))
                Keep(entry);
            return outcome;
        }
        finally
        {
            Resume();
            leases.End(this, address.Name);
        }
    }

    /// <inheritdoc/>
    public override ValueTask ReleaseAsync(TimeSpan pause)
    {
        leases.End(this, address.Name, pause: pause);
        return default;
    }

    /// <inheritdoc/>
    public override ValueTask PassAsync(TimeSpan duration)
    {
        leases.End(this, address.Name, pass: duration);
        return default;
    }

    /// <inheritdoc/>
    public void Resume() => leases.Resume(address.Name);

    private void Keep(InProcessEntry entry)
    {
        Volatile.Write(ref _result, entry);
        leases.Keep(address, entry, startedAt);
    }

    /// <summary>Whether Redis would take it for evicted, since it cannot know which evictions came before it.</summary>
    private bool IsForThisProcess(CacheVersion version, byte[][] tags, InProcessEntry entry) =>
        startedAt.Unconfirmed > 0 && !version.IsUnknown && address.Watch.TagState?.Known is { } known && known.IsPast(version.Stamp, tags) && entry.IsFresh(time.GetTimestamp()) && !entry.IsSuperseded();
}

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
