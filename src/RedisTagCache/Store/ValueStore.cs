using Microsoft.Extensions.Logging;
using RedisTagCache.Diagnostics;
using RedisTagCache.Redis;
using RedisTagCache.Redis.Scripts;

namespace RedisTagCache.Store;

/// <summary>
/// The protocol for values that one instance computes for all and every instance copies: look-ups as in <see cref="TagCacheStore"/>, and writes
/// and removals under a lease, numbered and announced for the copies.
/// </summary>
internal sealed partial class ValueStore : IDisposable
{
    private static readonly TimeSpan _shortestPause = TimeSpan.FromMilliseconds(1);

    /// <summary>Long enough for all who waited; after it, one is asked to lead again.</summary>
    private static readonly TimeSpan _pass = TimeSpan.FromSeconds(1);

    private readonly TagCacheStore _store;
    private readonly ValueCommands _commands;
    private readonly FleetWatch _fleet;
    private readonly PartitionWatch[] _watches;
    private readonly TimeSpan _leaseDuration;
    private readonly TimeProvider _time;
    private readonly CacheMeter _meter;
    private readonly ILogger<ValueStore> _logger;
    private readonly PendingRepeats _pending;
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
        _connection = connection;
        _circuit = circuit;
        circuit.Closed += _pending.Wake;
        connection.Restored += _pending.Wake;
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

    public ValueAddress Locate(string key)
    {
        var partition = _store.Keys.PartitionOf(key);
        var name = KeySpace.NameOf(key);
        return new ValueAddress(key, name, _store.Keys.Locate(CacheSurface.Hybrid, partition, name), _watches[partition.Index]);
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
        _store.GetAsync(new CacheEntryKey(CacheSurface.Hybrid, address.Key), cancellationToken);

    /// <summary>Asks for the right to compute a value. Not to be cancelled: who has left must still give back what he was granted.</summary>
    /// <param name="address">The value.</param>
    /// <param name="owner">A name for this one attempt.</param>
    /// <param name="seen">What tells the entry that was seen from any other, empty when there was none; nothing when nobody looked.</param>
    /// <param name="isPatient">Whether there is an old value to give out meanwhile.</param>
    public async ValueTask<Lease> AcquireAsync(ValueAddress address, string owner, ReadOnlyMemory<byte>? seen, bool isPatient)
    {
        if (!_commands.IsAvailable)
            return new Lease(LeaseVerdict.Unavailable, CacheToken.Never, RemovalMoment.Unknown, TimeSpan.Zero);
        try
        {
            var reply = await _commands.AcquireAsync(address.Redis, owner, _leaseDuration, seen ?? LeaseAcquireScript.NotLooked, isPatient)
                .ConfigureAwait(false);
            var verdict = (LeaseVerdict)reply.Verdict;
            if (reply.Stamp is not { } stamp)
                return new Lease(verdict, CacheToken.Never, reply.Removal, reply.Left);
            if (verdict is LeaseVerdict.Granted or LeaseVerdict.Pass or LeaseVerdict.Taken)
                stamp = await CaughtUpAsync(address.Watch, stamp, reply.Removal).ConfigureAwait(false);
            return new Lease(verdict, new CacheToken(stamp), reply.Removal, reply.Left);
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            Log.BackgroundCommandFailed(_logger, e);
            return new Lease(LeaseVerdict.Unavailable, CacheToken.Never, RemovalMoment.Unknown, TimeSpan.Zero);
        }
    }

    /// <summary>When a value begins that may be made of this instance's copies of others: now, or at what is known here where that cannot be brought up to it.</summary>
    private async ValueTask<EpochStamp> CaughtUpAsync(PartitionWatch watch, EpochStamp stamp, long removal)
    {
        try
        {
            await watch.CatchUpAsync(stamp, removal).ConfigureAwait(false);
            return stamp;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            Log.BackgroundCommandFailed(_logger, e);
            return watch.Mirror.Known?.Stamp ?? stamp;
        }
    }

    /// <summary>False when the lease is another's now; true also when Redis did not tell.</summary>
    public async ValueTask<bool> RenewAsync(ValueAddress address, string owner)
    {
        try
        {
            return await _commands.RenewAsync(address.Redis, owner, _leaseDuration, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            Log.BackgroundCommandFailed(_logger, e);
            return true;
        }
    }

    /// <summary>Gives a lease back without a value.</summary>
    /// <param name="address">The value.</param>
    /// <param name="owner">The lease's owner.</param>
    /// <param name="pause">For how long callers that have an old value do not try again; zero for not at all.</param>
    public ValueTask ReleaseAsync(ValueAddress address, string owner, TimeSpan pause) =>
        ReleaseAsync(address, owner, pause >= _shortestPause ? LeaseReleaseScript.Pause : "", pause);

    /// <summary>Gives a lease back because the value is not kept: who waits for it computes his own, not one after the other.</summary>
    public ValueTask PassAsync(ValueAddress address, string owner) => ReleaseAsync(address, owner, LeaseReleaseScript.Pass, _pass);

    private async ValueTask ReleaseAsync(ValueAddress address, string owner, string mark, TimeSpan duration)
    {
        try
        {
            await _commands.ReleaseAsync(address.Redis, owner, mark, duration).ConfigureAwait(false);
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            Log.BackgroundCommandFailed(_logger, e); // it ends by itself
        }
    }

    public void Dispose()
    {
        _circuit.Closed -= _pending.Wake;
        _connection.Restored -= _pending.Wake;
        _fleet.Dispose();
        _pending.Dispose();
    }
}
