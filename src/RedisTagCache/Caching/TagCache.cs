using System.Diagnostics;
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

    /// <summary>Gets what <see cref="TryGetCopy"/> did not return. It is traced only if there is a listener, so that it costs nothing otherwise.</summary>
    public ValueTask<T> GetOrCreateAsync<T>(
        string key, ValueFactory<T> factory, CachePolicy? policy, IEnumerable<string>? tags, CancellationToken cancellationToken)
    {
        var around = RunningFactory.Token;
        return !around.CanBeCanceled || around == cancellationToken ? TraceAsync(key, factory, policy, tags, cancellationToken)
            : !cancellationToken.CanBeCanceled ? TraceAsync(key, factory, policy, tags, around)
            : LinkedAsync(key, factory, policy, tags, around, cancellationToken);
    }

    private ValueTask<T> TraceAsync<T>(
        string key, ValueFactory<T> factory, CachePolicy? policy, IEnumerable<string>? tags, CancellationToken cancellationToken) =>
        CacheActivity.HasListeners
            ? TracedAsync(key, factory, policy, tags, cancellationToken)
            : GetOrCreateAsync(key, factory, policy, tags, activity: null, cancellationToken);

    /// <summary>Within a factory: the call ends if no caller waits for that factory any more.</summary>
    private async ValueTask<T> LinkedAsync<T>(
        string key, ValueFactory<T> factory, CachePolicy? policy, IEnumerable<string>? tags, CancellationToken around, CancellationToken cancellationToken)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, around);
        try
        {
            return await TraceAsync(key, factory, policy, tags, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
    }

    private async ValueTask<T> TracedAsync<T>(
        string key, ValueFactory<T> factory, CachePolicy? policy, IEnumerable<string>? tags, CancellationToken cancellationToken)
    {
        using var activity = CacheActivity.GetOrCreate(_meter);
        try
        {
            return await GetOrCreateAsync(key, factory, policy, tags, activity, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            activity.Outcome(e is OperationCanceledException && cancellationToken.IsCancellationRequested ? CacheOutcome.Canceled : CacheOutcome.Error);
            throw;
        }
    }

    private void CountFlight<T>(ValueCall<T> call, CacheEventDetail role)
    {
        _meter.Flight(role);
        call.Activity.Role(role);
    }

    private void CountFailSafe<T>(ValueCall<T> call)
    {
        _meter.Lookup(CacheRegion.Hybrid, CacheOutcome.FailSafe);
        call.Activity.Outcome(CacheOutcome.FailSafe);
    }
}

/// <summary>One call for a value, as far as it concerns the layers below: where, by what, how, and with which tags.</summary>
internal sealed record ValueCall<T>(
    ValueAddress Address, ValueFactory<T> Factory, CachePolicy Given, EffectivePolicy Policy, string[] Tags, IHybridCacheSerializer<T> Serializer)
{
    public string Name => Address.Name;

    /// <summary>What was known of evictions when the caller began to read what the value may be made of; nothing when that is not known.</summary>
    public CacheMoment? Moment { get; init; }

    /// <summary>Gets the activity of the call; null without a listener.</summary>
    public Activity? Activity { get; init; }
}

/// <summary>The options that concern values.</summary>
/// <param name="IsEnabled">Whether anything is cached.</param>
/// <param name="MaximumKeyLength">In characters.</param>
/// <param name="MaximumPayloadBytes">Serialized, before compression.</param>
/// <param name="LocalCacheBytes">For copies.</param>
/// <param name="LocalCacheEntries">For copies.</param>
/// <param name="AllowLocalReadsWhenDisconnected">Whether copies are returned while Redis is unavailable.</param>
/// <param name="LeaseTimeout">For another instance's value.</param>
/// <param name="FactoryTimeout">How long a factory may hold up other callers.</param>
/// <param name="Compression">For Redis.</param>
/// <param name="CompressionThreshold">In bytes.</param>
internal sealed record TagCacheSettings(
    bool IsEnabled,
    int MaximumKeyLength,
    int MaximumPayloadBytes,
    long LocalCacheBytes,
    int LocalCacheEntries,
    bool AllowLocalReadsWhenDisconnected,
    TimeSpan LeaseTimeout,
    TimeSpan FactoryTimeout,
    CacheCompression Compression,
    int CompressionThreshold);
