using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using RedisTagCache.Commands;
using RedisTagCache.Connection;
using RedisTagCache.Diagnostics;
using RedisTagCache.Invalidation;
using RedisTagCache.Tags;
using RedisTagCache.Topology;

namespace RedisTagCache.Entries;

/// <summary>
/// The entries in Redis. One with tags carries them and the version of its value, and is validated by the tag state when it is read. So an eviction costs the same
/// however many entries carry the tag, and no index can be lost, leak or grow.
/// <code>
/// Read    the entry, and the partition's stamp at that same moment, in one command
/// Write   unless its value may be older than an eviction or a removal: one envelope, one command
/// Touch   prolongs a sliding expiration
/// Remove  with tags numbered and announced, for instances that keep copies
/// </code>
/// </summary>
internal sealed partial class EntryStore : IDisposable
{
    /// <summary>Removals that are to be retried are queued by key alone, because its location may not be known yet.</summary>
    private const int OnePartition = 0;

    private readonly PartitionSet _partitions;
    private readonly RedisConnection _connection;
    private readonly RedisCircuits _circuits;
    private readonly RedisCommands _commands;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly CacheMeter _meter;
    private readonly ILogger<EntryStore> _logger;
    private readonly InvalidationRetryQueue _pending;
    private readonly LogThrottle _lookupFailures;
    private readonly LogThrottle _skippedWrites;
    private readonly LogThrottle _damagedEntries;

    public EntryStore(
        PartitionSet partitions,
        RedisConnection connection,
        RedisCircuits circuits,
        RedisCommands commands,
        TimeSpan timeout,
        TimeProvider time,
        CacheMeter meter,
        ILogger<EntryStore> logger)
    {
        _partitions = partitions;
        _connection = connection;
        _circuits = circuits;
        _commands = commands;
        _timeout = timeout;
        _time = time;
        _meter = meter;
        _logger = logger;
        _pending = new InvalidationRetryQueue(RepeatAsync, time, logger);
        _lookupFailures = new LogThrottle(time);
        _skippedWrites = new LogThrottle(time);
        _damagedEntries = new LogThrottle(time);
        circuits.Closed += OnBack;
        connection.Restored += OnBack;
    }

    public static void Check(in CacheEntryKey key)
    {
        if (key.Region is null)
            throw new ArgumentException("The key must have a region.", nameof(key));
        if (key.Key is null || (key.Key.Length == 0 && key.Region.IsTagged)) // Microsoft's distributed caches take an empty key
            throw new ArgumentException("A key must be a non-empty string.", nameof(key));
    }

    /// <summary>Locates an entry: nothing when a call for it would not wait for Redis.</summary>
    /// <exception cref="Exception">One that <see cref="RedisFailure.IsRedis"/> knows.</exception>
    private ValueTask<Place?> LocateAsync(in CacheEntryKey key, CancellationToken cancellationToken) =>
        _partitions.TryGet(out var known) ? new(AvailableAt(known, key)) : _commands.IsConnecting ? ConnectAsync(key, cancellationToken) : default;

    private async ValueTask<Place?> ConnectAsync(CacheEntryKey key, CancellationToken cancellationToken) =>
        AvailableAt(await _partitions.GetAsync(cancellationToken).ConfigureAwait(false), key);

    /// <summary>The same on the client's synchronous path.</summary>
    private Place? Locate(in CacheEntryKey key) =>
        _partitions.TryGet(out var known) ? AvailableAt(known, key) : _commands.IsConnecting ? AvailableAt(_partitions.Get(), key) : null;

    /// <summary>The same for an entry that was located before.</summary>
    private static Place? PlaceOf(ValueAddress address) =>
        address is { Redis: { } location, Watch: PartitionWatch { IsAvailable: true } watch } ? new Place(location, watch) : null;

    private Place? AvailableAt(PartitionMap partitions, in CacheEntryKey key)
    {
        var location = partitions.Keys.Locate(key);
        return _commands.IsAvailable(location.Partition) ? new Place(location, partitions[location.Partition]) : null;
    }

    /// <summary>Waits for a synchronization within what is left of this operation's time.</summary>
    private Task<T> Remaining<T>(ValueTask<T> synchronization, long start, CancellationToken cancellationToken)
    {
        var left = _timeout - _time.GetElapsedTime(start);
        var synchronizing = synchronization.AsTask();
        synchronizing.Forget();
        return synchronizing.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time, cancellationToken);
    }

    private async Task QuietlyAsync<T>(ValueTask<T> command)
    {
        try
        {
            await command.ConfigureAwait(false);
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            Log.BackgroundCommandFailed(_logger, e);
        }
    }

    /// <summary>Returns whether the entry counts as removed in this instance, although Redis has not confirmed that.</summary>
    private bool IsRemoved(in CacheEntryKey key) => !_pending.IsEmpty && key.Region.Equals(CacheRegion.Hybrid) && _pending.Contains(OnePartition, BytesOf(key.Key));

    /// <summary>Returns the removal of an entry that is to be retried, if there is one.</summary>
    private byte[]? FindOwed(in CacheEntryKey key) => _pending.IsEmpty ? null : _pending.Find(OnePartition, BytesOf(key.Key));

    private static byte[] BytesOf(string key) => MemoryMarshal.AsBytes(key.AsSpan()).ToArray();

    private static CacheVersion VersionOf(TagStateSnapshot state) => new(state.Stamp);

    private void OnBack() => _pending.Wake();

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    public void Dispose()
    {
        _circuits.Closed -= OnBack;
        _connection.Restored -= OnBack;
        _pending.Dispose();
    }

    /// <summary>Represents the location of an entry, and what is known about changes there.</summary>
    private readonly record struct Place(EntryLocation Location, PartitionWatch Watch);
}
