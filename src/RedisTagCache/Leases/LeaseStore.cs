using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using RedisTagCache.Entries;
using RedisTagCache.Invalidation;
using RedisTagCache.Scripts;

namespace RedisTagCache.Leases;

/// <summary>Leases on entries of any region, for caches that are built on the store.</summary>
internal sealed class LeaseStore(ValueStore values, LeaseClient client, TimeSpan leaseDuration, TimeProvider time) : ITagCacheLeases
{
    private static readonly TimeSpan _maxLife = TimeSpan.FromDays(36_525);

    private readonly string _instance = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
    private long _owners;

    /// <inheritdoc/>
    public bool IsAvailable => values.IsAnyAvailable;

    /// <inheritdoc/>
    public async ValueTask<CacheLease> AcquireAsync(CacheEntryKey key, CacheLookup found, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(found);
        Validate(key);

        var address = values.Locate(key);
        if (found.MissReason == CacheMissReason.Unavailable)
            return new CacheLease(this, address, new Lease(LeaseVerdict.Unavailable, found.Version, 0, default), null, null);
        var lease = await AcquireAsync(address, found.EntryIdentity, found.HasValue).ConfigureAwait(false);
        if (cancellationToken.IsCancellationRequested)
            await lease.DisposeAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return lease;
    }

    /// <summary>Requests the lease on an entry that the caller has located. Not to be canceled: a caller that has left must still release what it was granted.</summary>
    /// <param name="address">The entry.</param>
    /// <param name="seen">The bytes that identify the entry that was found, empty if there was none. Nothing if the caller has not looked.</param>
    /// <param name="hasOldValue">Whether the caller has an old value that it can return.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CacheLease> AcquireAsync(ValueAddress address, ReadOnlyMemory<byte>? seen, bool hasOldValue)
    {
        _ = values.StartAsync(); // to receive releases; until then, a caller that waits polls
        var waiting = Listen(address);
        var isWaiting = false;
        try
        {
            var owner = $"{_instance}:{Interlocked.Increment(ref _owners)}";
            var lease = await client.AcquireAsync(address, owner, seen, hasOldValue).ConfigureAwait(false);
            isWaiting = lease.Verdict == LeaseVerdict.Taken;
            var held = lease.Verdict == LeaseVerdict.Granted ? new HeldLease(client, address, owner, leaseDuration, time) : null;
            return new CacheLease(this, address, lease, held, isWaiting ? waiting : null);
        }
        finally
        {
            if (!isWaiting)
                waiting?.Dispose();
        }
    }

    private static Waiters.Waiting? Listen(ValueAddress address) =>
        address is { Redis: { } place, Watch: PartitionWatch watch } ? watch.Waiters.Listen(place.Id) : null;

    /// <inheritdoc/>
    public ValueTask<CacheLookup> LookAgainAsync(CacheEntryKey key, CacheVersion since, CancellationToken cancellationToken = default)
    {
        Validate(key);
        return values.FindAsync(values.Locate(key), since, cancellationToken);
    }

    /// <summary>Ends the time in which no caller needs a lease.</summary>
    public ValueTask ResumeAsync(ValueAddress address) => client.ResumeAsync(address);

    /// <summary>Gets the times of an entry that is written now.</summary>
    public static ValueLife LifeOf(TagCacheEntryOptions options, TimeProvider time)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var freshUntil = EntryContent.Later(now, options.Lifetime is { } lifetime && lifetime < _maxLife ? lifetime : _maxLife);
        var endsAt = EntryContent.Later(freshUntil, options.StaleWindow < _maxLife ? options.StaleWindow : _maxLife);
        return new ValueLife(now, freshUntil, endsAt, endsAt);
    }

    private static void Validate(in CacheEntryKey key)
    {
        EntryStore.Check(key);
        if (!key.Region.IsTagged)
            throw new ArgumentException($"Entries of the region '{key.Region}' have no tags, so there are no leases on them. Use a region with tags.", nameof(key));
    }

    public async Task<bool> WaitAsync(Waiters.Waiting? waiting, TimeSpan longest, TimeSpan left, CancellationToken cancellationToken)
    {
        if (waiting is null)
            return false;
        try
        {
            var shortest = TimeSpan.FromMilliseconds(1);
            return await waiting.Woken.WaitAsync(longest < left ? longest : left + shortest, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false; // the caller looks again all the same
        }
    }

    public async ValueTask<CacheWriteOutcome> SetAsync(
        ValueAddress address, HeldLease? lease, CacheVersion version, long removal, ReadOnlySequence<byte> payload, TagCacheEntryOptions options)
    {
        var outcome = CacheWriteOutcome.Skipped;
        try
        {
            var tags = EntryContent.Check(address.Entry, payload, options);
            var write = await values.Entries.FillAsync(
                address, payload, 0, LifeOf(options, time), tags, version, lease?.Owner ?? "", removal).ConfigureAwait(false);
            outcome = write.Outcome;
            return outcome;
        }
        finally
        {
            values.Supersede(address.Entry);
            if (outcome == CacheWriteOutcome.Stored)
                lease?.Dispose(); // the write has given it back
            else if (lease is not null)
                await lease.ReleaseAsync(TimeSpan.Zero).ConfigureAwait(false);
        }
    }
}

/// <summary>
/// Grants leases: the right to compute an entry's value, which one instance of the fleet has at a time. For caches that are built on <see cref="ITagCacheStore"/>.
/// <see cref="ITagCache"/> and <c>HybridCache</c> do this automatically.
/// </summary>
/// <remarks>
/// Look the entry up, and if it misses, request the lease. The caller that gets it computes the value and writes it with
/// <see cref="CacheLease.SetAsync"/>. The other callers call <see cref="CacheLease.WaitAsync"/> and look the entry up again. All members are thread-safe.
/// </remarks>
internal interface ITagCacheLeases
{
    /// <summary>Gets whether the cache sends calls to Redis. It is <see langword="false"/> while none of its servers responds: lookups then miss and writes are skipped at once.</summary>
    bool IsAvailable { get; }

    /// <summary>Requests the lease on an entry, in one round trip.</summary>
    /// <param name="key">The entry's key, in a region with tags.</param>
    /// <param name="found">The lookup of the entry, not disposed yet. If it has a value, that value is stale and is to be refreshed.</param>
    /// <param name="cancellationToken">Ends the wait; a lease that is granted later is released.</param>
    /// <returns>The result of the request. Dispose it to release the lease.</returns>
    /// <exception cref="ArgumentException">The key is empty, or its region takes no tags.</exception>
    ValueTask<CacheLease> AcquireAsync(CacheEntryKey key, CacheLookup found, CancellationToken cancellationToken = default);

    /// <summary>Looks an entry up again after a wait for the lease of another caller, in one round trip.</summary>
    /// <param name="key">The entry's key, in a region with tags.</param>
    /// <param name="since">The version of the caller's first lookup. A value whose computation began after that lookup is returned to the caller even if it was evicted in between. So one computation
    /// serves a caller that waits, however often its tags are evicted.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The lookup. Dispose it. Do not return its value to callers that came after the first lookup.</returns>
    /// <exception cref="ArgumentException">The key is empty, or its region takes no tags.</exception>
    ValueTask<CacheLookup> LookAgainAsync(CacheEntryKey key, CacheVersion since, CancellationToken cancellationToken = default);
}
