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
        var end = Math.Min(life.FreshUntil, life.EndsAt);
        var left = Math.Min(end - _time.GetUtcNow().ToUnixTimeMilliseconds(), end - life.CreatedAt);
        var until = _time.GetTimestamp() + (long)(Math.Clamp(left, -1, MaxLife) / 1_000 * _time.TimestampFrequency);
        return new CopyTimes(until, until, until, until, until);
    }

    void ILocalCopies.Drop(string name, long number) => _copies.Drop(name, number);

    void ILocalCopies.DropAll(EntryWatch watch) => _copies.DropAll(watch);
}
