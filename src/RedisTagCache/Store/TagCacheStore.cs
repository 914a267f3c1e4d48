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
    private readonly KeySpace _keys;
    private readonly RedisConnection _connection;
    private readonly RedisCircuits _circuits;
    private readonly RedisCommands _commands;
    private readonly ValueCommands _leased;
    private readonly StoreSettings _settings;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly CacheMeter _meter;
    private readonly ILogger<TagCacheStore> _logger;
    private readonly TagState _nowhere;
    private readonly InvalidationRetryQueue _pending;
    private readonly TagStateRebuild _rebuild;
    private readonly LogThrottle _lookupFailures;
    private readonly LogThrottle _skippedWrites;
    private readonly LogThrottle _damagedEntries;
    private readonly LogThrottle _failedEvictions;
    private TagState[] _tagStates = [];
    private CacheMoment? _moment;

    public TagCacheStore(
        KeySpace keys,
        RedisConnection connection,
        RedisCircuits circuits,
        RedisCommands commands,
        ValueCommands leased,
        StoreSettings settings,
        TimeSpan timeout,
        TimeProvider time,
        CacheMeter meter,
        ILoggerFactory loggers)
    {
        _keys = keys;
        _connection = connection;
        _circuits = circuits;
        _commands = commands;
        _leased = leased;
        _settings = settings;
        _timeout = timeout;
        _time = time;
        _meter = meter;
        _logger = loggers.CreateLogger<TagCacheStore>();
        var tagStateLogger = loggers.CreateLogger<TagState>();
        _nowhere = new TagState(Partition.Nowhere, commands, settings, meter, tagStateLogger);
        keys.WhenPlaced(partitions => _tagStates = [.. partitions.Select(p => new TagState(p, commands, settings, meter, tagStateLogger))]);
        _pending = new InvalidationRetryQueue(RepeatAsync, time, _logger);
        _lookupFailures = new LogThrottle(time);
        _skippedWrites = new LogThrottle(time);
        _damagedEntries = new LogThrottle(time);
        _failedEvictions = new LogThrottle(time);
        meter.ObserveTagInvalidations(() => _tagStates.Sum(m => m.Known?.Invalidations.Count ?? 0), () => _tagStates.Count(m => m.NeedsRebuild));
        _rebuild = new TagStateRebuild(() => _tagStates, time, _logger);
        connection.Restored += OnDisturbed;
        connection.Lost += OnDisturbed;
        circuits.Closed += OnAnswering;
    }

    /// <summary>Raised when an entry was written or removed through this store, or may have been: copies of what was there before are out of date.</summary>
    internal event Action<CacheEntryKey>? Superseded;

    /// <summary>Where everything lies.</summary>
    internal KeySpace Keys => _keys;

    /// <summary>What is known of evictions, by partition; nothing before the first connection.</summary>
    internal IReadOnlyList<TagState> TagStates => _tagStates;

    /// <summary>What is known before the first connection.</summary>
    internal TagState Nowhere => _nowhere;

    /// <summary>Whether a call for a key would wait for Redis at all.</summary>
    private bool IsAvailable(in CacheEntryKey key) => _commands.IsAvailable(_keys.IsPlaced ? _keys.PartitionOf(key.Key) : Partition.Nowhere);

    /// <summary>Sees to it that it is known where entries lie, which takes the first connection.</summary>
    /// <exception cref="Exception">One that <see cref="RedisFailure.IsRedis"/> knows.</exception>
    internal ValueTask PlaceAsync(CancellationToken cancellationToken) => _keys.IsPlaced ? default : _commands.ConnectAsync(cancellationToken);

    private void Place()
    {
        if (!_keys.IsPlaced)
            _commands.Connect();
    }

    /// <inheritdoc/>
    public CacheMoment Observe()
    {
        var moment = Volatile.Read(ref _moment);
        if (moment is null || !moment.IsOf(_tagStates))
            Volatile.Write(ref _moment, moment = new CacheMoment(_keys, [.. _tagStates.Select(m => m.Known)], [.. _tagStates.Select(m => m.UnconfirmedCount)], _time));
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
        foreach (var tagState in _tagStates.Where(m => m.Known is not null))
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
