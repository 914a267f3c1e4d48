using Microsoft.Extensions.Logging;
using RedisTagCache.Diagnostics;
using RedisTagCache.Redis;

namespace RedisTagCache.Store;

/// <summary>
/// The protocol for values that one instance computes for all and every instance copies: lookups as in <see cref="TagCacheStore"/>, and writes
/// and removals under a lease, numbered and announced for the copies.
/// </summary>
internal sealed partial class ValueStore : IDisposable
{
    private readonly TagCacheStore _store;
    private readonly ValueCommands _commands;
    private readonly FleetWatch _fleet;
    private readonly PartitionWatch _nowhere;
    private readonly TimeSpan _leaseDuration;
    private readonly TimeProvider _time;
    private readonly CacheMeter _meter;
    private readonly ILogger<ValueStore> _logger;
    private readonly InvalidationRetryQueue _pending;
    private readonly PendingLeaseReleases _owed;
    private readonly RedisConnection _connection;
    private readonly RedisCircuits _circuits;
    private PartitionWatch[] _watches = [];
    private readonly Lock _attaching = new();
    private ILocalCopies[] _copies = [];

    public ValueStore(
        TagCacheStore store,
        ValueCommands commands,
        RedisConnection connection,
        RedisCircuits circuits,
        TimeSpan leaseDuration,
        TimeSpan timeout,
        TimeProvider time,
        CacheMeter meter,
        ILoggerFactory loggers)
    {
        _store = store;
        _commands = commands;
        _leaseDuration = leaseDuration;
        _time = time;
        _meter = meter;
        _logger = loggers.CreateLogger<ValueStore>();
        var watchLogger = loggers.CreateLogger<PartitionWatch>();
        _nowhere = new PartitionWatch(Partition.Nowhere, store.Nowhere, store.Keys, commands, time, meter, watchLogger);
        store.Keys.WhenPlaced(partitions =>
        {
            PartitionWatch[] watches = [.. partitions.Select((p, i) => new PartitionWatch(p, store.TagStates[i], store.Keys, commands, time, meter, watchLogger))];
            lock (_attaching)
            {
                foreach (var watch in watches)
                    Array.ForEach(_copies, watch.Attach);
                _watches = watches;
            }

            store.Nowhere.Retire();
            Array.ForEach(_copies, copies => copies.DropAll(_nowhere));
        });
        _fleet = new FleetWatch(PlacedAsync, new Backplane(connection, loggers.CreateLogger<Backplane>()), connection, timeout, time, _logger);
        meter.ObserveSilence(() => _fleet.CountSilent(_watches));
        _pending = new InvalidationRetryQueue(RepeatAsync, time, _logger);
        _owed = new PendingLeaseReleases(TryReleaseAsync, leaseDuration, time, _logger);
        store.Superseded += OnSuperseded;
        _connection = connection;
        _circuits = circuits;
        circuits.Closed += OnBack;
        connection.Restored += OnBack;
    }

    /// <summary>Whether there are keys for which a call would wait for Redis.</summary>
    public bool IsAnyAvailable => _commands.IsAnyAvailable;

    public void Attach(ILocalCopies copies)
    {
        lock (_attaching)
        {
            _copies = [.. _copies, copies];
            _nowhere.Attach(copies);
            foreach (var watch in _watches)
                watch.Attach(copies);
        }
    }

    /// <summary>An entry that is no value was written or removed by this instance: neither a copy of what was there before is kept, nor what is being read now.</summary>
    public void Supersede(in CacheEntryKey key)
    {
        foreach (var copies in _copies)
        {
            if (copies.Region.Name != key.Region.Name || !_store.Keys.IsPlaced)
                continue;
            var name = KeySpace.NameOf(key.Key);
            _watches[_store.Keys.PartitionOf(key.Key).Index].Removals.RecordOwn(name);
            copies.Drop(name, long.MaxValue);
        }
    }

    /// <summary>Who follows the partitions; nobody as long as there was no connection.</summary>
    private async ValueTask<IReadOnlyList<PartitionWatch>> PlacedAsync()
    {
        try
        {
            await _store.PlaceAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            Log.BackgroundCommandFailed(_logger, e);
        }

        return _watches;
    }

    /// <summary>Tells that something in the background failed for another reason than Redis.</summary>
    public void Report(Exception exception) => BackgroundFault.Report(_logger, exception);

    /// <summary>Begins to follow the changes; ends at once when that is under way.</summary>
    public Task StartAsync() => _fleet.StartAsync();

    /// <summary>Whether a key is the name of its own entry, as nearly all are.</summary>
    public static bool IsName(ReadOnlySpan<char> key) => KeySpace.IsName(key);

    /// <summary>What a copy of an entry is known by.</summary>
    public static string NameOf(string key) => KeySpace.NameOf(key);

    /// <summary>The address of what was located before it could be known where it lies; else the same.</summary>
    public ValueAddress Relocate(ValueAddress address) => address.Watch == _nowhere && _store.Keys.IsPlaced ? Locate(address.Entry) : address;

    public ValueAddress Locate(string key) => Locate(new CacheEntryKey(CacheRegion.Hybrid, key));

    public ValueAddress Locate(in CacheEntryKey key)
    {
        var name = KeySpace.NameOf(key.Key);
        if (!_store.Keys.IsPlaced)
            return new ValueAddress(key, name, LeasedAddress.Nowhere, _nowhere);
        var partition = _store.Keys.PartitionOf(key.Key);
        return new ValueAddress(key, name, _store.Keys.Locate(key.Region, partition, name), _watches[partition.Index]);
    }

    /// <summary>For a value that begins now, without a lookup. <see cref="CacheVersion.Unknown"/> when Redis has told nothing yet.</summary>
    public static async ValueTask<CacheVersion> ObserveAsync(ValueAddress address, CancellationToken cancellationToken)
    {
        var tagState = address.Watch.TagState;
        if (tagState.Known is { } known)
            return new CacheVersion(known.Stamp);
        try
        {
            return new CacheVersion((await tagState.RenewAsync(cancellationToken).ConfigureAwait(false)).Stamp);
        }
        catch (Exception e) when (RedisFailure.IsRedis(e) && !cancellationToken.IsCancellationRequested)
        {
            return CacheVersion.Unknown;
        }
    }

    /// <summary>What is known of evictions now, for values that are made of what is read from now on.</summary>
    public CacheMoment Observe() => _store.Observe();

    /// <summary>Since when what is read in the current flow may be part of its values; nothing when that is not known.</summary>
    /// <param name="oldest">The time stamp before which a scope began that does not count any more.</param>
    public CacheMoment? MomentOfFlow(long oldest) => VersionScope.Find(_store.Keys, oldest);

    /// <summary>Looks a value up. Observe the removals before, and make a <see cref="ValueLookup"/> of both.</summary>
    public ValueTask<CacheLookup> FindAsync(ValueAddress address, CancellationToken cancellationToken) =>
        _store.GetAsync(address.Entry, cancellationToken);

    /// <summary>The same for one who has waited since he looked first.</summary>
    public ValueTask<CacheLookup> FindAsync(ValueAddress address, CacheVersion since, CancellationToken cancellationToken) =>
        _store.GetAsync(address.Entry, since, cancellationToken);

    private void OnSuperseded(CacheEntryKey key) => Supersede(key);

    private void OnBack()
    {
        _pending.Wake();
        _owed.Wake();
    }

    public void Dispose()
    {
        _store.Superseded -= OnSuperseded;
        _circuits.Closed -= OnBack;
        _connection.Restored -= OnBack;
        _fleet.Dispose();
        _pending.Dispose();
    }
}
