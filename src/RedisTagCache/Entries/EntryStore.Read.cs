using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using RedisTagCache.Connection;
using RedisTagCache.Diagnostics;
using RedisTagCache.Entries.Envelope;
using RedisTagCache.Tags;
using RedisTagCache.Topology;

namespace RedisTagCache.Entries;

internal sealed partial class EntryStore
{
    private static readonly long _latest = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>Looks an entry up.</summary>
    public ValueTask<CacheLookup> ReadAsync(CacheEntryKey key, CancellationToken cancellationToken)
    {
        Check(key);
        return key.Region.IsTagged ? ReadTaggedAsync(key, address: null, default, cancellationToken) : ReadPlainAsync(key, cancellationToken);
    }

    /// <summary>The same for one with tags that was located.</summary>
    /// <param name="address">The entry.</param>
    /// <param name="since">For a caller that has looked before, and waited, the version of its first lookup: see <see cref="EntryValidator.IsNoOlder"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<CacheLookup> ReadAsync(ValueAddress address, CacheVersion since, CancellationToken cancellationToken) =>
        ReadTaggedAsync(address.Entry, address, since.IsUnknown ? default : since.Stamp, cancellationToken);

    /// <summary>Looks an entry up on the client's synchronous path; for regions without tags.</summary>
    public CacheLookup Read(CacheEntryKey key)
    {
        Check(key);
        using var activity = CacheActivity.Lookup(_meter, key.Region);
        try
        {
            return Locate(key) is { Location: var location } ? OpenPlain(key, location, _commands.ReadPlain(location), activity) : Failed(key, exception: null, default, activity);
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            return Failed(key, e, default, activity);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CacheLookup> ReadPlainAsync(CacheEntryKey key, CancellationToken cancellationToken)
    {
        using var activity = CacheActivity.Lookup(_meter, key.Region);
        try
        {
            if (await LocateAsync(key, cancellationToken).ConfigureAwait(false) is not { Location: var location })
                return Failed(key, exception: null, default, activity);
            var (entry, _) = await _commands.ReadPlainAsync(location, cancellationToken).ConfigureAwait(false);
            return OpenPlain(key, location, entry, activity);
        }
        catch (Exception e) when (RedisFailure.IsRedis(e) && !cancellationToken.IsCancellationRequested)
        {
            return Failed(key, e, default, activity);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CacheLookup> ReadTaggedAsync(CacheEntryKey key, ValueAddress? address, EpochStamp since, CancellationToken cancellationToken)
    {
        using var activity = CacheActivity.Lookup(_meter, key.Region);
        IMemoryOwner<byte>? entry = null;
        var start = _time.GetTimestamp();
        try
        {
            var place = address?.Redis is null ? await LocateAsync(key, cancellationToken).ConfigureAwait(false) : PlaceOf(address);
            if (place is not { Location: var location, Watch.TagState: var tagState })
                return Failed(key, exception: null, CacheVersion.Unknown, activity);
            (entry, var stamp) = await _commands.ReadAsync(location, cancellationToken).ConfigureAwait(false);

            // If so, what is no older than this lookup may be older than an eviction by this instance that Redis does not know.
            var owes = tagState.Owes;
            if (stamp is not { } read)
            {
                // No epoch: the partition is new, or Redis has lost it. It begins again now, so an entry that was read counts as evicted.
                var renewed = await Remaining(tagState.RenewAsync(cancellationToken), start, cancellationToken).ConfigureAwait(false);
                var missed = entry is null
                    ? Missed(key, CacheMissReason.Absent, VersionOf(renewed), activity)
                    : Missed(key, CacheMissReason.Evicted, VersionOf(renewed), activity, IdentityOf(entry.Memory.Span));
                missed.Since = owes ? default : missed.Version;
                return missed;
            }

            var version = new CacheVersion(read);

            // Also if there is no entry to validate: a factory that runs under this version may read other values from the local cache.
            var state = tagState.At(read)
                ?? await Remaining(CoverAsync(tagState, location, entry is null ? default : entry.Memory.Span, read, cancellationToken), start, cancellationToken).ConfigureAwait(false);
            var lookup = entry is null ? Missed(key, CacheMissReason.Absent, version, activity)
                : IsRemoved(key) ? Missed(key, CacheMissReason.Absent, version, activity, IdentityOf(entry.Memory.Span))
                : OpenTagged(key, location, entry, state, tagState.UnconfirmedAt(0), version, since, activity);
            if (lookup.HasValue)
                entry = null; // the lookup owns it now
            lookup.Since = owes ? default : state is null ? version : VersionOf(state);
            return lookup;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e) && !cancellationToken.IsCancellationRequested)
        {
            return Failed(key, e, CacheVersion.Unknown, activity);
        }
        finally
        {
            entry?.Dispose();
        }
    }

    /// <summary>Gets a state to validate an entry by. The entry is not used after the call: its buffer may go back to the pool.</summary>
    private static ValueTask<TagStateSnapshot?> CoverAsync(TagState tagState, in EntryLocation location, ReadOnlySpan<byte> entry, in EpochStamp read, CancellationToken cancellationToken)
    {
        byte[][]? members = null;
        if (tagState.Known is not null
            || (EnvelopeReader.TryOpen(entry, location.KeyHash, out var envelope) && envelope.IsTagged && !TagId.TryMembersOf(envelope.Tags, out members)))
        {
            return tagState.CoverAsync(read, cancellationToken);
        }

        return tagState.CoverFirstAsync(read, members, cancellationToken);
    }

    private CacheLookup OpenTagged(
        in CacheEntryKey key, EntryLocation location, IMemoryOwner<byte> entry, TagStateSnapshot? state, in UnconfirmedTagInvalidations unconfirmed, CacheVersion version, in EpochStamp since, Activity? activity)
    {
        if (!EnvelopeReader.TryOpen(entry.Memory.Span, location.KeyHash, out var envelope) || !envelope.IsTagged)
            return Damaged(key, location, entry.Memory.Span, version, activity);

        var verdict = state is null ? Verdict.Invalidated : EntryValidator.Validate(envelope, state, Now(), unconfirmed);
        var isSuperseded = verdict != Verdict.Fresh && state is not null && Now() < envelope.Header.FreshUntil && EntryValidator.IsNoOlder(envelope, state, since);
        if (isSuperseded)
            verdict = Verdict.Fresh;
        return verdict == Verdict.Invalidated
            ? Missed(key, CacheMissReason.Evicted, version, activity, envelope.Identity.ToArray())
            : Found(key, verdict, version, envelope, entry, activity, isSuperseded);
    }

    private CacheLookup OpenPlain(in CacheEntryKey key, EntryLocation location, IMemoryOwner<byte>? entry, Activity? activity)
    {
        if (entry is null)
            return Missed(key, CacheMissReason.Absent, default, activity);
        if (!EnvelopeReader.TryOpen(entry.Memory.Span, location.KeyHash, out var envelope) || envelope.IsTagged)
        {
            using (entry)
                return Damaged(key, location, entry.Memory.Span, default, activity);
        }

        var now = Now();
        var header = envelope.Header;
        if (header.Sliding > 0)
            Touch(location, envelope.Identity.ToArray(), Math.Min(EntryContent.MaxLife, Math.Min(header.Sliding, header.EndsAt - now)));
        return Found(key, now >= header.FreshUntil ? Verdict.Stale : Verdict.Fresh, default, envelope, entry, activity);
    }

    private CacheLookup Found(in CacheEntryKey key, Verdict verdict, CacheVersion version, in EnvelopeReader envelope, IMemoryOwner<byte> entry, Activity? activity, bool isSuperseded = false)
    {
        var outcome = verdict == Verdict.Fresh ? CacheOutcome.Hit : CacheOutcome.Stale;
        _meter.Lookup(key.Region, outcome);
        activity.Outcome(outcome);
        return new CacheLookup(
            verdict == Verdict.Fresh ? CacheLookupState.Fresh : CacheLookupState.Stale,
            version,
            DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(envelope.Header.CreatedAt, 0, _latest)),
            entry,
            entry.Memory[envelope.PayloadOffset..])
        {
            IsSuperseded = isSuperseded,
        };
    }

    private CacheLookup Missed(in CacheEntryKey key, CacheMissReason reason, CacheVersion version, Activity? activity, byte[]? identity = null)
    {
        _meter.Miss(key.Region, reason);
        activity.Outcome(CacheOutcome.Miss);
        return new CacheLookup(reason, version, identity);
    }

    public static byte[] IdentityOf(ReadOnlySpan<byte> entry) => entry[..Math.Min(entry.Length, EnvelopeLayout.IdentityLength)].ToArray();

    private CacheLookup Failed(in CacheEntryKey key, Exception? exception, CacheVersion version, Activity? activity)
    {
        if (exception is not null && _lookupFailures.ShouldLog(out var count))
        {
            Log.LookupFailed(_logger, _connection.Location, FailureReasons.Of(exception), count);
            Log.FailureDetail(_logger, exception);
        }

        return Missed(key, CacheMissReason.Unavailable, version, activity);
    }

    private CacheLookup Damaged(in CacheEntryKey key, EntryLocation location, ReadOnlySpan<byte> bytes, CacheVersion version, Activity? activity)
    {
        if (_damagedEntries.ShouldLog(out var count))
            Log.EntryDamaged(_logger, count);

        // During a deployment, instances of another version may still read their entries. The next write replaces them.
        if (!EnvelopeReader.IsOfOtherVersion(bytes))
            Drop(location, bytes);
        return Missed(key, CacheMissReason.Damaged, version, activity, IdentityOf(bytes));
    }

    /// <summary>Prolongs a sliding expiration without the caller waiting for it.</summary>
    private void Touch(in EntryLocation location, byte[] identity, long timeToLive)
    {
        if (timeToLive > 0)
            _ = QuietlyAsync(_commands.TouchAsync(location, identity, timeToLive, CancellationToken.None));
    }

    /// <summary>Removes what cannot be read, if it is still there, without the caller waiting for it.</summary>
    private void Drop(in EntryLocation location, ReadOnlySpan<byte> bytes)
    {
        // So short a beginning may also be that of a good entry that another instance has written since. It is left to be overwritten or to expire.
        if (bytes.Length >= EnvelopeLayout.IdentityLength || !EnvelopeReader.MayBegin(bytes))
            _ = QuietlyAsync(_commands.DropAsync(location, IdentityOf(bytes), CancellationToken.None));
    }
}
