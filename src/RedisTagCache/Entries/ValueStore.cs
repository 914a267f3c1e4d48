using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using RedisTagCache.Commands;
using RedisTagCache.Connection;
using RedisTagCache.Diagnostics;
using RedisTagCache.Invalidation;
using RedisTagCache.Topology;

namespace RedisTagCache.Entries;

/// <summary>
/// The protocol for values that one instance computes for all and every instance copies: the entries, and what is announced for the copies.
/// </summary>
internal sealed class ValueStore : IDisposable
{
    private readonly EntryStore _entries;
    private readonly PartitionSet _partitions;
    private readonly RedisCommands _commands;
    private readonly FleetWatch _fleet;
    private readonly ILogger<ValueStore> _logger;

    public ValueStore(
        EntryStore entries,
        PartitionSet partitions,
        RedisCommands commands,
        RedisConnection connection,
        TimeSpan timeout,
        TimeProvider time,
        CacheMeter meter,
        ILoggerFactory loggers)
    {
        _entries = entries;
        _partitions = partitions;
        _commands = commands;
        _logger = loggers.CreateLogger<ValueStore>();
        _fleet = new FleetWatch(WatchesAsync, new Backplane(connection, loggers.CreateLogger<Backplane>()), connection, timeout, time, _logger);
        meter.ObserveSilence(() => _fleet.CountSilent(partitions.Watches));
    }

    /// <summary>Gets the entries.</summary>
    public EntryStore Entries => _entries;

    /// <summary>Whether there are keys for which a call would wait for Redis.</summary>
    public bool IsAnyAvailable => _commands.IsAnyAvailable;

    public void Attach(ILocalCopies copies) => _partitions.Attach(copies);

    /// <summary>Notes that this instance wrote or removed an entry that is no value. Local copies of the earlier entry are dropped, and what is being read now is not cached locally.</summary>
    public void Supersede(in CacheEntryKey key) => _partitions.Supersede(key);

    /// <summary>Returns the watches of the partitions; none before the first connection.</summary>
    private async ValueTask<ImmutableArray<PartitionWatch>> WatchesAsync()
    {
        try
        {
            return (await _partitions.GetAsync(CancellationToken.None).ConfigureAwait(false)).Watches;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            Log.BackgroundCommandFailed(_logger, e);
            return [];
        }
    }

    /// <summary>Logs that a background task failed for a reason other than Redis.</summary>
    public void Report(Exception exception) => BackgroundFault.Report(_logger, exception);

    /// <summary>Begins to follow the changes. Completes at once if that is under way.</summary>
    public Task StartAsync() => _fleet.StartAsync();

    /// <summary>Whether a key is the name of its own entry, as nearly all are.</summary>
    public static bool IsName(ReadOnlySpan<char> key) => KeySpace.IsName(key);

    /// <summary>What a copy of an entry is known by.</summary>
    public static string NameOf(string key) => KeySpace.NameOf(key);

    public ValueAddress Locate(string key) => Locate(new CacheEntryKey(CacheRegion.Hybrid, key));

    public ValueAddress Locate(in CacheEntryKey key)
    {
        var name = KeySpace.NameOf(key.Key);
        if (!_partitions.TryGet(out var known))
            return new ValueAddress(key, name, _partitions.Unconnected, Redis: null);
        var watch = known.Of(key.Key);
        return new ValueAddress(key, name, watch, known.Keys.Locate(key.Region, watch.Partition, name));
    }

    /// <summary>Returns the version for a value whose computation begins now, without a lookup. It is <see cref="CacheVersion.Unknown"/> if Redis has not responded yet.</summary>
    public static async ValueTask<CacheVersion> ObserveAsync(ValueAddress address, CancellationToken cancellationToken)
    {
        if (address.Watch.TagState is not { } tagState)
            return CacheVersion.Unknown;
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
    public CacheMoment Observe() => _partitions.Observe();

    /// <summary>Since when what is read in the current flow may be part of its values; nothing when that is not known.</summary>
    /// <param name="oldest">The time stamp before which a scope began that does not count any more.</param>
    public CacheMoment? MomentOfFlow(long oldest) => VersionScope.Find(_partitions, oldest);

    /// <summary>Looks a value up. Observe the removals before, and make a <see cref="ValueLookup"/> of both.</summary>
    public ValueTask<CacheLookup> FindAsync(ValueAddress address, CancellationToken cancellationToken) =>
        _entries.ReadAsync(address, default, cancellationToken);

    /// <summary>The same for a caller that has waited since its first lookup.</summary>
    public ValueTask<CacheLookup> FindAsync(ValueAddress address, CacheVersion since, CancellationToken cancellationToken) =>
        _entries.ReadAsync(address, since, cancellationToken);

    public void Dispose() => _fleet.Dispose();
}
