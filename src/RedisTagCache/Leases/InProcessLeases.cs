using System.Collections.Immutable;
using System.Runtime.InteropServices;
using RedisTagCache.Entries;
using RedisTagCache.Invalidation;
using RedisTagCache.LocalCaching;
using RedisTagCache.Scripts;
using RedisTagCache.Topology;

namespace RedisTagCache.Leases;

/// <summary>
/// Leases among the requests of this process, for entries of a region for which Redis grants none:
/// <code>
/// Redis unavailable ------ one request computes the entry, and those that wait for it get it
/// Redis refuses writes --- the same, and it is stored here until it expires: each lookup in Redis, which misses, shows whether it was evicted
/// </code>
/// </summary>
internal sealed class InProcessLeases : ILocalCopies, IDisposable
{
    private const int EntryOverhead = 256;
    private const int MaxStates = 10_000;
    private static readonly TimeSpan _untilReleased = TimeSpan.FromDays(1);
    private static readonly TimeSpan _sweepInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long the entries are stored after they were last requested because Redis grants no lease.</summary>
    private static readonly TimeSpan _cleanInterval = TimeSpan.FromMinutes(1);

    private readonly CacheRegion _region;
    private readonly ValueStore _values;
    private readonly LeaseStore _leases;
    private readonly TimeProvider _time;
    private readonly LocalCache _entries;
    private readonly Waiters _waiters = new();
    private readonly Dictionary<string, State> _states = new(StringComparer.Ordinal);
    private long _sweptAt;
    private long _askedAt;
    private ITimer? _cleaning;

    public InProcessLeases(CacheRegion region, long maxBytes, ValueStore values, LeaseStore leases, TimeProvider time)
    {
        (_region, _values, _leases, _time) = (region, values, leases, time);
        _entries = new LocalCache(maxBytes, int.MaxValue);
        values.Attach(this);
    }

    /// <summary>Gets how many requests wait for a lease of this process.</summary>
    public int WaitingCount => _waiters.Count;

    CacheRegion ILocalCopies.Region => _region;

    /// <summary>Gets the entry that another request of this process has computed.</summary>
    /// <param name="key">The entry's key.</param>
    /// <param name="found">What the caller's own lookup gave, just now.</param>
    /// <param name="awaited">The answer by which the caller has waited, if any.</param>
    /// <returns>The entry's bytes. All callers get the same ones. Nothing if there is no such entry, or it may have been evicted.</returns>
    public ValueTask<ImmutableArray<byte>?> FindAsync(string key, CacheLookup found, CacheLease? awaited) =>
        awaited is null && _entries.Count == 0 ? default : FindOneAsync(key, found, awaited);

    private async ValueTask<ImmutableArray<byte>?> FindOneAsync(string key, CacheLookup found, CacheLease? awaited)
    {
        if ((awaited?.Awaited as InProcessLease)?.Result is { } result && result.IsFresh(_time.GetTimestamp()) && !result.IsSuperseded())
            return result.Payload;
        if (!_entries.TryGet(ValueStore.NameOf(key), out var kept))
            return null;

        var entry = (InProcessEntry)kept;
        if (found.MissReason == CacheMissReason.Unavailable)
            return null; // it may have been evicted since, and nothing shows it
        if (!entry.Watch.IsCurrent(_time.GetTimestamp()) && !await entry.Watch.PollAsync().ConfigureAwait(false))
            return null; // it may have been removed

        var now = _time.GetTimestamp();
        Volatile.Write(ref _askedAt, now);
        if (entry.IsFresh(now))
            return entry.Payload;
        _entries.Remove(entry); // it never is again
        return null;
    }

    /// <summary>Asks for the lease in this process.</summary>
    /// <param name="key">The entry's key.</param>
    /// <param name="found">What the caller's lookup gave.</param>
    /// <param name="startedAt">The moment since which the caller has read data that the entry may be made of; nothing for now.</param>
    public async ValueTask<CacheLease> AcquireAsync(string key, CacheLookup found, CacheMoment? startedAt)
    {
        var address = _values.Locate(new CacheEntryKey(_region, key));
        var isAnswered = found.MissReason != CacheMissReason.Unavailable;
        if (isAnswered && address.Watch.Removals.Known == RemovalMoment.Unknown)
            await address.Watch.PollAsync().ConfigureAwait(false); // until then nothing is stored

        var known = address.Watch.TagState?.Known;
        var version = !found.Version.IsUnknown ? found.Version : known is null ? default : new CacheVersion(known.Stamp);
        var moment = address.Watch.Removals.Observe() with { Unconfirmed = address.Watch.TagState?.UnconfirmedCount ?? 0 };
        var lease = new InProcessLease(this, _values, address, version, startedAt?.Min(moment, address.Watch.Partition) ?? moment, _time);
        var now = _time.GetTimestamp();
        Volatile.Write(ref _askedAt, now);
        lock (_states)
        {
            if (isAnswered && _entries.TryGet(address.Name, out var kept) && kept.Watch.IsCurrent(now) && ((InProcessEntry)kept).IsFresh(now))
                return Answer(LeaseVerdict.Changed);
            if (!_states.TryGetValue(address.Name, out var state))
                _states.Add(address.Name, state = new State());
            if (state.Holder is { } holder)
                return new CacheLease(_leases, address, new Lease(LeaseVerdict.Taken, version, moment.Number, _untilReleased), null, _waiters.Listen(EntryId.Of(address.Name))) { Awaited = holder };
            if (found.HasValue && now < state.PausedUntil)
                return Answer(LeaseVerdict.Paused, _time.GetElapsedTime(now, state.PausedUntil));
            if (now < state.PassedUntil)
                return Answer(LeaseVerdict.NotNeeded, _time.GetElapsedTime(now, state.PassedUntil), lease);
            state.Holder = lease;
            return Answer(LeaseVerdict.Granted, held: lease);
        }

        CacheLease Answer(LeaseVerdict verdict, TimeSpan left = default, InProcessLease? held = null) =>
            new(_leases, address, new Lease(verdict, version, moment.Number, left), held, null);
    }

    /// <summary>Stores an entry that Redis did not store, unless Redis is unavailable: then nothing would show that it was evicted.</summary>
    public void Keep(ValueAddress address, InProcessEntry entry, in RemovalMoment startedAt)
    {
        if (!address.Watch.IsAvailable)
            return;
        address.Watch.Removals.TryKeep(address.Name, startedAt, InProcessEntry.NumberOf(startedAt), (_entries, entry), static kept => kept._entries.Set(kept.entry));
        lock (_states)
        {
            using (ExecutionContext.SuppressFlow())
                _cleaning ??= _time.CreateTimer(static leases => ((InProcessLeases)leases!).Clean(), this, _cleanInterval, _cleanInterval);
        }
    }

    /// <summary>Removes the entries that have expired, and all when Redis grants leases again.</summary>
    private void Clean()
    {
        var now = _time.GetTimestamp();
        var isOver = _time.GetElapsedTime(Volatile.Read(ref _askedAt), now) >= _cleanInterval;
        _entries.RemoveWhere(entry => isOver || now >= entry.Times.EndsAt);
        lock (_states)
        {
            if (_entries.Count > 0)
                return;
            _cleaning?.Dispose();
            _cleaning = null;
        }
    }

    public InProcessEntry EntryOf(ValueAddress address, CacheVersion version, in RemovalMoment startedAt, byte[][] tags, byte[] payload, in ValueLife life)
    {
        var size = EntryOverhead + payload.Length + (2 * address.Name.Length) + tags.Sum(static tag => tag.Length + 32);
        var until = _time.GetTimestamp() + Ticks(TimeSpan.FromMilliseconds(Math.Min(life.FreshUntil - life.CreatedAt, TimeSpan.FromDays(3_650).TotalMilliseconds)));
        return new InProcessEntry(address, version, startedAt, tags, ImmutableCollectionsMarshal.AsImmutableArray(payload), new CopyTimes(until, until, until, until, until), size)
        {
            Unconfirmed = startedAt.Unconfirmed,
        };
    }

    /// <summary>Ends a lease and wakes those that wait for it.</summary>
    /// <param name="lease">The lease. One that another request owns by now is left alone.</param>
    /// <param name="name">Its entry.</param>
    /// <param name="pause">How long callers with an old value do not try again.</param>
    /// <param name="pass">How long no caller needs a lease.</param>
    public void End(InProcessLease lease, string name, TimeSpan pause = default, TimeSpan pass = default)
    {
        lock (_states)
        {
            if (!_states.TryGetValue(name, out var state) || state.Holder != lease)
                return;
            state.Holder = null;
            var now = _time.GetTimestamp();
            state.PausedUntil = now + Ticks(pause);
            state.PassedUntil = now + Ticks(pass);
            if ((pause <= TimeSpan.Zero && pass <= TimeSpan.Zero) || (_states.Count > MaxStates && !TrySweep(now)))
                _states.Remove(name);
            _waiters.Wake(EntryId.Of(name), isPassed: pass > TimeSpan.Zero);
        }
    }

    /// <summary>Ends the time in which no caller needs a lease.</summary>
    public void Resume(string name)
    {
        lock (_states)
        {
            if (_states.TryGetValue(name, out var state))
                state.PassedUntil = 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_states)
            _cleaning?.Dispose();
    }

    void ILocalCopies.Drop(string name, long number) => _entries.Drop(name, number);

    void ILocalCopies.DropAll(EntryWatch watch) => _entries.DropAll(watch);

    private bool TrySweep(long now)
    {
        if (_sweptAt != 0 && _time.GetElapsedTime(_sweptAt, now) < _sweepInterval)
            return false;
        _sweptAt = now;
        foreach (var (name, state) in _states)
        {
            if (state.Holder is null && state.PausedUntil <= now && state.PassedUntil <= now)
                _states.Remove(name);
        }

        return _states.Count <= MaxStates;
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);

    private sealed class State
    {
        public InProcessLease? Holder { get; set; }

        public long PausedUntil { get; set; }

        public long PassedUntil { get; set; }
    }
}

/// <summary>Makes the leases within this process.</summary>
internal sealed class InProcessLeasesOf(ValueStore values, LeaseStore leases, TimeProvider time)
{
    /// <summary>Makes those of a region.</summary>
    /// <param name="region">The region, with tags.</param>
    /// <param name="maxBytes">The memory for entries that Redis has not taken.</param>
    public InProcessLeases Of(CacheRegion region, long maxBytes) => new(region, maxBytes, values, leases, time);
}
