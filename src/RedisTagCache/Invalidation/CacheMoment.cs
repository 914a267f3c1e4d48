using RedisTagCache.Tags;
using RedisTagCache.Topology;

namespace RedisTagCache.Invalidation;

/// <summary>
/// Represents a snapshot of what an instance knows of evictions. It provides versions for values whose computation began then without a lookup of their own,
/// such as a request that joined another one's lookup. Immutable and thread-safe.
/// </summary>
internal sealed class CacheMoment
{
    private readonly object _cache;
    private readonly KeySpace? _keys;
    private readonly TagStateSnapshot?[] _states;
    private readonly long[] _unconfirmed;
    private readonly TimeProvider _time;

    internal CacheMoment(object cache, KeySpace? keys, TagStateSnapshot?[] states, long[] unconfirmed, TimeProvider time)
    {
        _cache = cache;
        _keys = keys;
        _states = states;
        _unconfirmed = unconfirmed;
        _time = time;
    }

    /// <summary>Gets the version for a value of this key. It is as old as the knowledge of the instance, so at worst the value counts as evicted although it was not.</summary>
    /// <param name="key">The key of the value.</param>
    /// <returns>The version, or <see cref="CacheVersion.Unknown"/> if the instance knew nothing yet.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    public CacheVersion VersionOf(CacheEntryKey key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key.Key, nameof(key));
        return _keys is not null && _states[_keys.PartitionOf(key.Key).Index] is { } state ? new CacheVersion(state.Stamp) : CacheVersion.Unknown;
    }

    /// <summary>Begins a scope for values that are made of data read from this moment on. See <see cref="ITagCache.BeginScope"/>.</summary>
    /// <returns>The scope.</returns>
    public IDisposable BeginScope() => VersionScope.Begin(this, _time.GetTimestamp());

    /// <summary>Determines whether it is a snapshot of this cache.</summary>
    internal bool IsOf(object cache) => ReferenceEquals(_cache, cache);

    /// <summary>Gets the version of a value that is made of data read since the snapshot: the older one.</summary>
    /// <param name="version">The version that the value's own lookup brought.</param>
    /// <param name="partition">The value's partition.</param>
    /// <param name="first">What the instance knew of it first, for a snapshot from before.</param>
    internal CacheVersion Min(CacheVersion version, Partition? partition, EpochStamp? first)
    {
        var known = partition is not null && partition.Index < _states.Length && _states[partition.Index] is { } state ? state.Stamp : first;
        return known is { } stamp && !version.IsDefault ? CacheVersion.Min(new CacheVersion(stamp), version) : version;
    }

    /// <summary>The same for a value that is computed without Redis.</summary>
    internal RemovalMoment Min(in RemovalMoment moment, Partition? partition) =>
        partition is not null && partition.Index < _unconfirmed.Length ? moment with { Unconfirmed = Math.Min(moment.Unconfirmed, _unconfirmed[partition.Index]) } : moment;

    /// <summary>Determines whether nothing has changed since.</summary>
    internal bool IsNow(ReadOnlySpan<PartitionWatch> watches)
    {
        if (watches.Length != _states.Length)
            return false;
        for (var i = 0; i < watches.Length; i++)
        {
            if (!ReferenceEquals(_states[i], watches[i].TagState.Known) || _unconfirmed[i] != watches[i].TagState.UnconfirmedCount)
                return false;
        }

        return true;
    }
}

/// <summary>
/// A flow of control in which values count as started no later than a moment, since they may be made of what was read from then on. It ends when it is
/// disposed, also for work that it left running.
/// </summary>
internal sealed class VersionScope : IDisposable
{
    private static readonly AsyncLocal<VersionScope?> _current = new();

    private readonly CacheMoment _moment;
    private readonly long _since;
    private readonly VersionScope? _outer;
    private bool _isOver;

    private VersionScope(CacheMoment moment, long since, VersionScope? outer)
    {
        _moment = moment;
        _since = since;
        _outer = outer;
    }

    /// <summary>Begins one, for the flow from here on.</summary>
    /// <param name="moment">The moment.</param>
    /// <param name="since">The time stamp now.</param>
    public static VersionScope Begin(CacheMoment moment, long since) => _current.Value = new VersionScope(moment, since, _current.Value);

    /// <summary>The moment of the outermost scope around the current flow that has not ended; nothing when there is none.</summary>
    /// <param name="cache">The cache that asks. There may be several in a process.</param>
    /// <param name="oldest">The time stamp before which a scope began that does not count any more.</param>
    public static CacheMoment? Find(object cache, long oldest)
    {
        CacheMoment? found = null;
        for (var scope = _current.Value; scope is not null; scope = scope._outer)
        {
            if (!Volatile.Read(ref scope._isOver) && scope._since >= oldest && scope._moment.IsOf(cache))
                found = scope._moment;
        }

        return found;
    }

    public void Dispose()
    {
        Volatile.Write(ref _isOver, true);
        if (_current.Value == this)
            _current.Value = _outer;
    }
}
