using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Logging;
using RedisTagCache.Caching.Serialization;
using RedisTagCache.Diagnostics;
using RedisTagCache.Entries;
using RedisTagCache.Invalidation;
using RedisTagCache.Leases;
using RedisTagCache.LocalCaching;
using RedisTagCache.SingleFlight;

namespace RedisTagCache.Caching;

/// <summary>
/// Get-or-create over the store:
/// <code>
/// copy in this instance  ->  fresh: returned.  stale: returned, and refreshed behind it
/// flight in this process ->  joined, if its value is not older than an eviction before the join
/// entry in Redis         ->  fresh: copied.  stale: returned, and refreshed behind it
/// lease                  ->  granted: the factory runs, the write gives the lease back.  taken: wait for that, look again
/// </code>
/// </summary>
internal sealed partial class TagCache : ITagCache, ILocalCopies, IDisposable
{
    private readonly ITagCacheStore _store;
    private readonly ValueStore _values;
    private readonly LeaseStore _leases;
    private readonly Policies _policies;
    private readonly Serializers _serializers;
    private readonly ValueCodec _codec;
    private readonly TagCacheSettings _settings;
    private readonly TimeProvider _time;
    private readonly CacheMeter _meter;
    private readonly ILogger<TagCache> _logger;
    private readonly LocalCache _copies;
    private readonly Flights _flights = new();
    private readonly WaitGraph _waits = new();
    private readonly RefreshGate _gate;
    private readonly MissForecast _misses = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly LogThrottle _failedRefreshes;
    private readonly LogThrottle _failedSafely;
    private readonly LogThrottle _notKept;
    private readonly LogThrottle _unreadable;

    public TagCache(
        ITagCacheStore store, ValueStore values, LeaseStore leases, Policies policies, Serializers serializers, TagCacheSettings settings, TimeProvider time, CacheMeter meter, ILogger<TagCache> logger)
    {
        _store = store;
        _values = values;
        _leases = leases;
        _policies = policies;
        _serializers = serializers;
        _codec = new ValueCodec(settings.Compression, settings.CompressionThreshold);
        _settings = settings;
        _time = time;
        _meter = meter;
        _logger = logger;
        _copies = new LocalCache(settings.LocalCacheBytes, settings.LocalCacheEntries);
        _gate = new RefreshGate(time);
        _failedRefreshes = new LogThrottle(time);
        _failedSafely = new LogThrottle(time);
        _notKept = new LogThrottle(time);
        _unreadable = new LogThrottle(time);
        meter.ObserveCopies(() => _copies.Bytes, () => _copies.Count);
        values.Attach(this);
    }

    /// <inheritdoc/>
    public ValueTask<T> GetOrCreateAsync<T>(
        string key,
        Func<CacheContext, CancellationToken, ValueTask<T>> factory,
        CachePolicy? policy = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return GetOrCreateAsync(key, factory, static (compute, context, stop) => compute(context, stop), policy, tags, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<T> GetOrCreateAsync<TState, T>(
        string key,
        TState state,
        Func<TState, CacheContext, CancellationToken, ValueTask<T>> factory,
        CachePolicy? policy = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(factory);
        return TryGetCopy(key, _policies.FlagsOf(policy), out T? value)
            ? new(value!)
            : GetOrCreateAsync(key, new ContextFactory<TState, T>(state, factory), policy, tags, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken = default) => _store.EvictByTagAsync(tag, cancellationToken);

    /// <inheritdoc/>
    public ValueTask EvictByTagAsync(IEnumerable<string> tags, CancellationToken cancellationToken = default) => _store.EvictByTagAsync(tags, cancellationToken);

    /// <inheritdoc/>
    public ValueTask ExpireByTagAsync(string tag, CancellationToken cancellationToken = default) => _store.ExpireByTagAsync(tag, cancellationToken);

    /// <inheritdoc/>
    public ValueTask ExpireByTagAsync(IEnumerable<string> tags, CancellationToken cancellationToken = default) => _store.ExpireByTagAsync(tags, cancellationToken);

    /// <inheritdoc/>
    public IDisposable BeginScope() => _values.Observe().BeginScope();

    /// <summary>The layers that take part where a call does not say.</summary>
    public HybridCacheEntryFlags DefaultFlags => _policies.FlagsOf(null);

    CacheRegion ILocalCopies.Region => CacheRegion.Hybrid;

    void ILocalCopies.Drop(string name, long number)
    {
        _copies.Drop(name, number);
        _flights.Detach(name); // it may bring what was removed
    }

    void ILocalCopies.DropAll(EntryWatch watch)
    {
        _copies.DropAll(watch);
        _flights.DetachAll();
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Whether nothing is cached under a key.</summary>
    private bool IsBypassed(string key) => !_settings.IsEnabled || key.Length > _settings.MaximumKeyLength;

    private void CountBypass(string key)
    {
        if (key.Length > _settings.MaximumKeyLength)
            CountNotKept(CacheEventDetail.KeyLength, null);
    }

    private void CountNotKept(CacheEventDetail reason, Exception? exception)
    {
        _meter.Bypass(reason);
        if (_notKept.ShouldLog(out var count))
            Log.ValueNotKept(_logger, exception, reason, count);
    }

    public void Dispose() => _stopping.Cancel();
}
