using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using RedisTagCache.Commands;
using RedisTagCache.Connection;
using RedisTagCache.Diagnostics;
using RedisTagCache.Entries.Envelope;
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

/// <summary>Represents the location of a value.</summary>
/// <param name="Entry">Its key.</param>
/// <param name="Name">Its name among the copies.</param>
/// <param name="Watch">What is known about changes to it.</param>
/// <param name="Redis">Its place in Redis; nothing before the first connection.</param>
internal sealed record ValueAddress(CacheEntryKey Entry, string Name, EntryWatch Watch, EntryLocation? Redis)
{
    public string Key => Entry.Key;
}

/// <summary>A lookup of a value. Holds a pooled buffer, as the lookup under it does: dispose it once.</summary>
internal sealed class ValueLookup : IDisposable
{
    private readonly CacheLookup _lookup;

    /// <param name="lookup">The lookup.</param>
    /// <param name="moment">What was known of removals before it.</param>
    public ValueLookup(CacheLookup lookup, RemovalMoment moment)
    {
        _lookup = lookup;
        Moment = moment;
        Identity = lookup.Identity;
        if (!lookup.HasValue)
            return;

        var envelope = EnvelopeReader.Reopen(lookup.Envelope.Span);
        var header = envelope.Header;
        Life = new ValueLife(header.CreatedAt, header.FreshUntil, header.StaleUntil == 0 ? header.EndsAt : header.StaleUntil, header.EndsAt);
        PayloadFlags = header.PayloadFlags;
        EntryVersion = new CacheVersion(lookup.Version.Stamp with { Epoch = header.Epoch, Generation = header.Generation });
        Identity = envelope.Identity.ToArray();
        Tags = new byte[envelope.TagCount][];
        var count = 0;
        foreach (var tag in envelope.Tags)
            Tags[count++] = tag.ToArray();
    }

    public bool IsFound => _lookup.HasValue;

    /// <summary>Gets whether Redis did not respond.</summary>
    public bool IsUnavailable => _lookup.MissReason == CacheMissReason.Unavailable;

    /// <summary>Gets whether it is for this caller alone: callers that joined since then must not get it, and it is not cached locally.</summary>
    public bool IsSuperseded => _lookup.IsSuperseded;

    /// <summary>Whether the value is fresh, by time and by tag invalidations.</summary>
    public bool IsFresh => _lookup.State == CacheLookupState.Fresh;

    /// <summary>For a value whose computation begins now.</summary>
    public CacheVersion Version => _lookup.Version;

    /// <summary>The version from which a value may be returned to this caller, if it waits for one.</summary>
    public CacheVersion Since => _lookup.Since;

    /// <summary>What was known of removals before the lookup.</summary>
    public RemovalMoment Moment { get; }

    /// <summary>Gets the bytes that identify this write of the entry; empty if there is none.</summary>
    public ReadOnlyMemory<byte> Identity { get; }

    public ValueLife Life { get; }

    /// <summary>When the value that was found began.</summary>
    public CacheVersion EntryVersion { get; }

    public byte[][] Tags { get; } = [];

    public byte PayloadFlags { get; }

    public ReadOnlyMemory<byte> Payload => _lookup.Payload;

    public void Dispose() => _lookup.Dispose();
}

/// <summary>The life of a value, in milliseconds since 1970.</summary>
/// <param name="CreatedAt">When it was computed.</param>
/// <param name="FreshUntil">Until when it is fresh.</param>
/// <param name="StaleUntil">Until when it is returned while it is refreshed.</param>
/// <param name="EndsAt">Until when it is returned if a factory fails.</param>
internal readonly record struct ValueLife(long CreatedAt, long FreshUntil, long StaleUntil, long EndsAt);
