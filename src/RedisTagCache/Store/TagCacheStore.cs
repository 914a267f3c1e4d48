using Microsoft.Extensions.Logging;
using RedisTagCache.Diagnostics;
using RedisTagCache.Redis;

namespace RedisTagCache.Store;

/// <summary>
/// The protocol over Redis. An entry carries its tags and the version of its value; a partition keeps, per evicted tag, the epoch of the
/// eviction (its tag invalidation); an entry is judged by the tag invalidations when it is read. So an eviction costs the same however many entries carry the tag,
/// and no index can be lost, leak or grow.
/// </summary>
internal sealed partial class TagCacheStore : ITagCacheStore, IDisposable
{
    private readonly PartitionSet _partitions;
    private readonly RedisConnection _connection;
    private readonly RedisCircuits _circuits;
    private readonly RedisCommands _commands;
    private readonly StoreSettings _settings;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly CacheMeter _meter;
    private readonly ILogger<TagCacheStore> _logger;
    private readonly InvalidationRetryQueue _pending;
    private readonly TagStateRebuild _rebuild;
    private readonly LogThrottle _lookupFailures;
    private readonly LogThrottle _skippedWrites;
    private readonly LogThrottle _damagedEntries;
    private readonly LogThrottle _failedEvictions;
    private CacheMoment? _moment;

    public TagCacheStore(
        PartitionSet partitions,
        RedisConnection connection,
        RedisCircuits circuits,
        RedisCommands commands,
        StoreSettings settings,
        TimeSpan timeout,
        TimeProvider time,
        CacheMeter meter,
        ILoggerFactory loggers)
    {
        _partitions = partitions;
        _connection = connection;
        _circuits = circuits;
        _commands = commands;
        _settings = settings;
        _timeout = timeout;
        _time = time;
        _meter = meter;
        _logger = loggers.CreateLogger<TagCacheStore>();
        _pending = new InvalidationRetryQueue(RepeatAsync, time, _logger);
        _lookupFailures = new LogThrottle(time);
        _skippedWrites = new LogThrottle(time);
        _damagedEntries = new LogThrottle(time);
        _failedEvictions = new LogThrottle(time);
        meter.ObserveTagInvalidations(() => TagStates.Sum(m => m.Known?.Invalidations.Count ?? 0), () => TagStates.Count(m => m.NeedsRebuild));
        _rebuild = new TagStateRebuild(() => TagStates, time, _logger);
        connection.Restored += OnDisturbed;
        connection.Lost += OnDisturbed;
        circuits.Closed += OnAnswering;
    }

    /// <summary>Raised when an entry was written or removed through this store, or may have been: copies of what was there before are out of date.</summary>
    internal event Action<CacheEntryKey>? Superseded;

    private IEnumerable<TagState> TagStates => _partitions.Watches.Select(static watch => watch.TagState);

    /// <summary>Captures what this instance knows of evictions, for the versions of values whose computation begins now. It does no I/O, and usually does not allocate.</summary>
    /// <returns>The snapshot. Keep it as long as the computation runs.</returns>
    public CacheMoment Observe()
    {
        var moment = Volatile.Read(ref _moment);
        _partitions.TryGet(out var known);
        var watches = known?.Watches ?? [];
        if (moment is null || !moment.IsNow(watches.AsSpan()))
        {
            moment = new CacheMoment(
                _partitions, known?.Keys, [.. watches.Select(static watch => watch.TagState.Known)], [.. watches.Select(static watch => watch.TagState.UnconfirmedCount)], _time);
            Volatile.Write(ref _moment, moment);
        }

        return moment;
    }

    private static CacheVersion VersionOf(TagStateSnapshot? state) => state is null ? CacheVersion.Unknown : new CacheVersion(state.Stamp);

    internal static void Validate(in CacheEntryKey key)
    {
        if (key.Region is null)
            throw new ArgumentException("The key must have a region.", nameof(key));
        if (key.Key is null || (key.Key.Length == 0 && key.Region.IsTagged)) // Microsoft's distributed caches take an empty key
            throw new ArgumentException("A key must be a non-empty string.", nameof(key));
    }

    // The next answer may come from a Redis that was restarted or failed over to: what this instance knows is compared with what that one has.
    private void OnDisturbed()
    {
        _rebuild.Begin();
        _pending.Wake();
    }

    // The connection held, but it may be another server that answers now: a look at the tag invalidations tells.
    private void OnAnswering()
    {
        foreach (var tagState in TagStates.Where(m => m.Known is not null))
            tagState.Refresh();
        _pending.Wake();
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    public void Dispose()
    {
        _connection.Restored -= OnDisturbed;
        _connection.Lost -= OnDisturbed;
        _circuits.Closed -= OnAnswering;
        _rebuild.Dispose();
        _pending.Dispose();
    }
}
