using Microsoft.Extensions.Logging;
using RedisTagCache.Diagnostics;
using RedisTagCache.Redis;

namespace RedisTagCache.Store;

/// <summary>
/// The protocol for values that one instance computes for all and every instance copies: look-ups as in <see cref="TagCacheStore"/>, and writes
/// and removals under a lease, numbered and announced for the copies.
/// </summary>
internal sealed partial class ValueStore : IDisposable
{
    private readonly TagCacheStore _store;
    private readonly ValueCommands _commands;
    private readonly FleetWatch _fleet;
    private readonly PartitionWatch[] _watches;
    private readonly TimeSpan _leaseDuration;
    private readonly TimeProvider _time;
    private readonly CacheMeter _meter;
    private readonly ILogger<ValueStore> _logger;
    private readonly PendingRepeats _pending;
    private readonly OwedReleases _owed;
    private readonly RedisConnection _connection;
    private readonly RedisCircuit _circuit;

    public ValueStore(
        TagCacheStore store,
        ValueCommands commands,
        RedisConnection connection,
        RedisCircuit circuit,
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
        _watches = [.. store.Keys.Partitions.Select((p, i) => new PartitionWatch(p, store.Mirrors[i], store.Keys, commands, time, meter, watchLogger))];
        _fleet = new FleetWatch(_watches, new Backplane(connection, loggers.CreateLogger<Backplane>()), connection, timeout, time);
        _pending = new PendingRepeats(RepeatAsync, time);
        _owed = new OwedReleases(TryReleaseAsync, leaseDuration, time);
        _connection = connection;
        _circuit = circuit;
        circuit.Closed += OnBack;
        connection.Restored += OnBack;
    }

    /// <summary>Whether a call would wait for Redis at all.</summary>
    public bool IsAvailable => _commands.IsAvailable;

    public void Attach(ILocalCopies copies)
    {
        foreach (var watch in _watches)
            watch.Attach(copies);
    }

    /// <summary>Begins to follow the changes; ends at once when that is under way.</summary>
    public Task StartAsync() => _fleet.StartAsync();

    /// <summary>Whether a key is the name of its own entry, as nearly all are.</summary>
    public static bool IsName(ReadOnlySpan<char> key) => KeySpace.IsName(key);

    public ValueAddress Locate(string key) => Locate(new CacheEntryKey(CacheSurface.Hybrid, key));

    public ValueAddress Locate(in CacheEntryKey key)
    {
        var partition = _store.Keys.PartitionOf(key.Key);
        var name = KeySpace.NameOf(key.Key);
        return new ValueAddress(key, name, _store.Keys.Locate(key.Surface, partition, name), _watches[partition.Index]);
    }

    /// <summary>For a value that begins now, without a look-up. <see cref="CacheToken.Never"/> when Redis has told nothing yet.</summary>
    public static async ValueTask<CacheToken> ObserveAsync(ValueAddress address, CancellationToken cancellationToken)
    {
        var mirror = address.Watch.Mirror;
        if (mirror.Known is { } known)
            return new CacheToken(known.Stamp);
        try
        {
            return new CacheToken((await mirror.RenewAsync(cancellationToken).ConfigureAwait(false)).Stamp);
        }
        catch (Exception e) when (RedisFailure.IsRedis(e) && !cancellationToken.IsCancellationRequested)
        {
            return CacheToken.Never;
        }
    }

    /// <summary>Looks a value up. Observe the removals before, and make a <see cref="ValueLookup"/> of both.</summary>
    public ValueTask<CacheLookup> FindAsync(ValueAddress address, CancellationToken cancellationToken) =>
        _store.GetAsync(address.Entry, cancellationToken);

    /// <summary>The same for one who has waited since he looked first.</summary>
    public ValueTask<CacheLookup> FindAsync(ValueAddress address, CacheToken since, CancellationToken cancellationToken) =>
        _store.GetAsync(address.Entry, since, cancellationToken);

    private void OnBack()
    {
        _pending.Wake();
        _owed.Wake();
    }

    public void Dispose()
    {
        _circuit.Closed -= OnBack;
        _connection.Restored -= OnBack;
        _fleet.Dispose();
        _pending.Dispose();
    }
}
