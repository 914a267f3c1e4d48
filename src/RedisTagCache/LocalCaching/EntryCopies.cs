using System.Collections.Immutable;
using RedisTagCache.Diagnostics;
using RedisTagCache.Entries;
using RedisTagCache.Invalidation;
using RedisTagCache.Tags;

namespace RedisTagCache.LocalCaching;

/// <summary>
/// Copies of entries that others compute and write. A copy comes only from a lookup in Redis, with the version and the tags that were found, and is
/// returned only while it is fresh. Otherwise, Redis is asked.
/// </summary>
internal sealed class EntryCopies : IEntryCopies, ILocalCopies
{
    private const int CopyOverhead = 256;
    private const double MaxLife = 3_650 * 86_400_000d; // in milliseconds

    private readonly CacheRegion _region;
    private readonly ValueStore _values;
    private readonly TimeProvider _time;
    private readonly CacheMeter _meter;
    private readonly LocalCache _copies;
    private readonly HotKeyFilter _recent;

    public EntryCopies(CacheRegion region, long maxBytes, ValueStore values, TimeProvider time, CacheMeter meter)
    {
        _region = region;
        _values = values;
        _time = time;
        _meter = meter;
        _copies = new LocalCache(maxBytes, int.MaxValue);
        _recent = new HotKeyFilter(time);
        meter.ObserveCopies(() => _copies.Bytes, () => _copies.Count);
        values.Attach(this);
    }

    CacheRegion ILocalCopies.Region => _region;

    /// <inheritdoc/>
    public bool TryGet(ReadOnlySpan<char> key, out ImmutableArray<byte> payload)
    {
        payload = default;
        if (!(ValueStore.IsName(key) ? _copies.TryGet(key, out var found) : _copies.TryGet(ValueStore.NameOf(key.ToString()), out found)))
            return false;
        var copy = (EntryCopy)found;
        var now = _time.GetTimestamp();
        if (!copy.Watch.IsAvailable || !copy.Watch.IsCurrent(now))
            return false;
        if (now >= copy.Times.QuietUntil || copy.Validate() != Verdict.Fresh)
        {
            _copies.Remove(copy); // it never is again
            return false;
        }

        if (!copy.IsUsed)
            copy.IsUsed = true;
        _meter.Lookup(_region, CacheOutcome.HitLocal);
        payload = copy.Payload;
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask<CacheLookup> GetAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        _ = _values.StartAsync(); // before the first poll, nothing is cached locally
        var isHot = _recent.Note(key);
        var address = _values.Locate(new CacheEntryKey(_region, key));
        var before = address.Watch.Removals.Observe();
        var lookup = await _values.FindAsync(address, cancellationToken).ConfigureAwait(false);
        if (isHot && lookup is { State: CacheLookupState.Fresh, IsSuperseded: false })
            Keep(address, lookup, before);
        return lookup;
    }

    private void Keep(ValueAddress address, CacheLookup lookup, in RemovalMoment before)
    {
        var found = new ValueLookup(lookup, before);
        var size = CopyOverhead + lookup.Payload.Length + (2 * address.Name.Length) + found.Tags.Sum(static tag => tag.Length + 32);
        var copy = new EntryCopy(address, found, [.. lookup.Payload.Span], TimesOf(found.Life), size);
        address.Watch.Removals.TryKeep(address.Name, before, before.Number, (_copies, copy), static kept => kept._copies.Set(kept.copy));
    }

    /// <summary>Until its freshness ends by the clock of its writer, and at most for its lifetime, whatever the clocks say.</summary>
    private CopyTimes TimesOf(in ValueLife life)
    {
        // In this order: if the clock is moved on in between, as tests do, the copy ends earlier, and not later.
        var stamp = _time.GetTimestamp();
        var end = Math.Min(life.FreshUntil, life.EndsAt);
        var left = Math.Min(end - _time.GetUtcNow().ToUnixTimeMilliseconds(), end - life.CreatedAt);
        var until = stamp + (long)(Math.Clamp(left, -1, MaxLife) / 1_000 * _time.TimestampFrequency);
        return new CopyTimes(until, until, until, until, until);
    }

    void ILocalCopies.Drop(string name, long number) => _copies.Drop(name, number);

    void ILocalCopies.DropAll(EntryWatch watch) => _copies.DropAll(watch);
}

/// <summary>A copy of an entry's payload, as it was found in Redis.</summary>
internal sealed class EntryCopy(ValueAddress address, ValueLookup found, ImmutableArray<byte> payload, CopyTimes times, int size)
    : LocalCopy(address, found.EntryVersion, found.Moment.Number, found.Tags, found.Identity, times, size)
{
    public ImmutableArray<byte> Payload => payload;
}

/// <summary>
/// Recognizes keys that were requested a moment ago, in memory that does not grow. Two keys may share a slot: the later one then replaces the other.
/// So a key that is requested only once, by a crawler or with a unique address, does not take the place of another copy.
/// </summary>
internal sealed class HotKeyFilter(TimeProvider time)
{
    private const int Slots = 8_192; // a power of two
    private const uint Moment = 10; // in seconds

    private readonly long[] _slots = new long[Slots];

    /// <summary>Notes that a key is asked for. True when it was within the last ten seconds.</summary>
    public bool Note(ReadOnlySpan<char> key)
    {
        var hash = string.GetHashCode(key, StringComparison.Ordinal);
        var now = (uint)(time.GetTimestamp() / time.TimestampFrequency);
        ref var slot = ref _slots[hash & (Slots - 1)];
        var seen = Volatile.Read(ref slot);
        Volatile.Write(ref slot, ((long)hash << 32) | now);
        return (int)(seen >> 32) == hash && now - (uint)seen <= Moment;
    }
}

/// <summary>Creates local caches for entries.</summary>
internal sealed class EntryCopiesOf(ValueStore values, TimeProvider time, CacheMeter meter) : ITagCacheCopies
{
    /// <inheritdoc/>
    public IEntryCopies Keep(CacheRegion region, long maxBytes)
    {
        ArgumentNullException.ThrowIfNull(region);
        if (!region.IsTagged)
            throw new ArgumentException($"Entries of the region '{region}' have no tags, so local copies could not be invalidated. Use a region with tags.", nameof(region));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        return new EntryCopies(region, maxBytes, values, time, meter);
    }
}

/// <summary>Represents a local cache of one region's entries. See <see cref="ITagCacheCopies"/>. All members are thread-safe.</summary>
internal interface IEntryCopies
{
    /// <summary>Gets a copy that is fresh as far as this instance knows, without asking Redis and without copying the bytes.</summary>
    /// <param name="key">The entry's key.</param>
    /// <param name="payload">The bytes that were written. All callers get the same bytes, and can keep them.</param>
    /// <returns><see langword="true"/> if there is such a copy. If there is none, or if this instance does not know whether it is still fresh, <see langword="false"/>: look the entry up.</returns>
    bool TryGet(ReadOnlySpan<char> key, out ImmutableArray<byte> payload);

    /// <summary>
    /// Looks an entry up in Redis, as <see cref="ITagCacheStore.GetAsync"/> does. If it is fresh, and was also looked up within the last ten
    /// seconds, it is cached locally.
    /// </summary>
    /// <param name="key">The entry's key.</param>
    /// <param name="cancellationToken">Ends the wait; the lookup is then abandoned.</param>
    /// <returns>What was found. Dispose it when the payload has been read: its buffer is pooled.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    ValueTask<CacheLookup> GetAsync(string key, CancellationToken cancellationToken = default);
}

/// <summary>
/// Provides local caches of entries, for caches that are built on <see cref="ITagCacheStore"/>. <see cref="ITagCache"/> and
/// <c>HybridCache</c> have their own.
/// </summary>
/// <remarks>
/// A local copy is validated by the same evictions as its entry, as far as this instance knows them: its own evictions at once, those of other instances when their message arrives,
/// or within two seconds if no message arrives. All members are thread-safe.
/// </remarks>
internal interface ITagCacheCopies
{
    /// <summary>Creates a local cache for entries of a region. Each call creates another one, which exists as long as the cache does.</summary>
    /// <param name="region">The region, which must have tags.</param>
    /// <param name="maxBytes">The maximum size, by the size of the payloads. Must be at least 1 byte.</param>
    /// <returns>The empty local cache.</returns>
    /// <exception cref="ArgumentException">The region takes no tags.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxBytes"/> is not positive.</exception>
    IEntryCopies Keep(CacheRegion region, long maxBytes);
}
