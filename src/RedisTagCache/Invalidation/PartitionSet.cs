using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using RedisTagCache.Commands;
using RedisTagCache.Connection;
using RedisTagCache.Diagnostics;
using RedisTagCache.Tags;
using RedisTagCache.Topology;

namespace RedisTagCache.Invalidation;

/// <summary>
/// The partitions, and what this instance has of each. How many there are is known from the first connection on: wait for it, or ask whether it is known.
/// <code>
/// before the first connection   UnconnectedWatch, for what this instance computes until then
/// the fleet has agreed          each partition with its circuit, its tag state and its watch: created once, and seen all at once
/// </code>
/// </summary>
internal sealed class PartitionSet : IDisposable
{
    private readonly LayoutAgreement _layout;
    private readonly RedisConnection _connection;
    private readonly RedisCircuits _circuits;
    private readonly RedisCommands _commands;
    private readonly Func<PartitionLayout, ImmutableArray<ILocalCopies>, PartitionMap> _create;
    private readonly TimeProvider _time;
    private readonly TagStateRebuild _rebuild;
    private readonly Lock _lock = new();
    private ImmutableArray<ILocalCopies> _copies = [];
    private PartitionMap? _known;
    private CacheMoment? _moment;

    public PartitionSet(
        LayoutAgreement layout,
        RedisConnection connection,
        RedisCircuits circuits,
        RedisCommands commands,
        PartitionFactory factory,
        TimeProvider time,
        CacheMeter meter,
        ILogger<PartitionSet> logger)
    {
        _layout = layout;
        _connection = connection;
        _circuits = circuits;
        _commands = commands;
        _create = factory.Create;
        _time = time;
        _rebuild = new TagStateRebuild(() => TagStates, time, logger);
        Unconnected = new UnconnectedWatch(commands);
        meter.ObserveTagInvalidations(() => TagStates.Sum(static state => state.Known?.Invalidations.Count ?? 0), () => TagStates.Count(static state => state.NeedsRebuild));
        connection.Restored += OnDisturbed;
        connection.Lost += OnDisturbed;
        circuits.Closed += OnAnswering;
    }

    /// <summary>Gets what is known before the first connection.</summary>
    public UnconnectedWatch Unconnected { get; }

    /// <summary>Gets what this instance knows of each partition; none before the first connection.</summary>
    public ImmutableArray<PartitionWatch> Watches => TryGet(out var known) ? known.Watches : [];

    private IEnumerable<TagState> TagStates => Watches.Select(static watch => watch.TagState);

    /// <summary>Gets the partitions if they are known.</summary>
    public bool TryGet([NotNullWhen(true)] out PartitionMap? partitions)
    {
        partitions = Volatile.Read(ref _known) ?? (_layout.Agreed is { } layout ? Create(layout) : null);
        return partitions is not null;
    }

    /// <summary>Gets the partitions, which takes the first connection.</summary>
    /// <exception cref="Exception">One that <see cref="RedisFailure.IsRedis"/> knows.</exception>
    public ValueTask<PartitionMap> GetAsync(CancellationToken cancellationToken) => TryGet(out var known) ? new(known) : ConnectAsync(cancellationToken);

    /// <summary>The same on the client's synchronous path.</summary>
    /// <exception cref="Exception">One that <see cref="RedisFailure.IsRedis"/> knows.</exception>
    public PartitionMap Get()
    {
        if (!TryGet(out _))
            _commands.Connect();
        return Known();
    }

    /// <summary>Gets the partitions after a connection.</summary>
    /// <exception cref="RedisTagCacheUnavailableException">There was none.</exception>
    public PartitionMap Known() =>
        TryGet(out var known) ? known : throw new RedisTagCacheUnavailableException("The partitions of the keys are known only after the first connection.");

    /// <summary>Gets what is known of evictions now, for values that are made of what is read from now on.</summary>
    public CacheMoment Observe()
    {
        var moment = Volatile.Read(ref _moment);
        TryGet(out var known);
        var watches = known?.Watches ?? [];
        if (moment is null || !moment.IsNow(watches.AsSpan()))
        {
            moment = new CacheMoment(
                this, known?.Keys, [.. watches.Select(static watch => watch.TagState.Known)], [.. watches.Select(static watch => watch.TagState.UnconfirmedCount)], _time);
            Volatile.Write(ref _moment, moment);
        }

        return moment;
    }

    /// <summary>Lets local copies receive the changes, in all partitions.</summary>
    public void Attach(ILocalCopies copies)
    {
        lock (_lock)
        {
            _copies = _copies.Add(copies);
            Unconnected.Attach(copies);
            foreach (var watch in _known?.Watches ?? [])
                watch.Attach(copies);
        }
    }

    /// <summary>Notes that this instance wrote or removed an entry. Local copies of the earlier entry are dropped, and what is being read now is not cached locally.</summary>
    public void Supersede(in CacheEntryKey key)
    {
        foreach (var copies in _copies)
        {
            if (copies.Region.Name != key.Region.Name || !TryGet(out var known))
                continue;
            var name = KeySpace.NameOf(key.Key);
            known.Of(key.Key).Removals.RecordOwn(name);
            copies.Drop(name, long.MaxValue);
        }
    }

    private async ValueTask<PartitionMap> ConnectAsync(CancellationToken cancellationToken)
    {
        await _commands.ConnectAsync(cancellationToken).ConfigureAwait(false);
        return Known();
    }

    private PartitionMap Create(PartitionLayout layout)
    {
        lock (_lock)
        {
            if (_known is { } known)
                return known;

            // Values that were computed until now must not outlive an eviction that this instance does not know.
            // What it has evicted holds before the first entry is read.
            var created = _create(layout, _copies);
            Unconnected.End(created.Watches);
            Volatile.Write(ref _known, created);
            return created;
        }
    }

    // The next answer may come from a Redis that was restarted or failed over to: what this instance knows is compared with what that one has.
    private void OnDisturbed() => _rebuild.Begin();

    // The connection was not lost, but another server may respond now. A synchronization of the tag state finds out.
    private void OnAnswering()
    {
        foreach (var tagState in TagStates.Where(static state => state.Known is not null))
            tagState.Refresh();
    }

    public void Dispose()
    {
        _connection.Restored -= OnDisturbed;
        _connection.Lost -= OnDisturbed;
        _circuits.Closed -= OnAnswering;
        _rebuild.Dispose();
    }
}

/// <summary>The partitions, with what this instance has of each. Immutable.</summary>
/// <param name="Keys">The names of all keys.</param>
/// <param name="Watches">What this instance knows of each partition, in their order.</param>
internal sealed record PartitionMap(KeySpace Keys, ImmutableArray<PartitionWatch> Watches)
{
    public PartitionWatch this[Partition partition] => Watches[partition.Index];

    /// <summary>Gets the one that has the entries with a key.</summary>
    public PartitionWatch Of(string key) => this[Keys.PartitionOf(key)];
}

/// <summary>
/// What this instance knows before the first connection: its own removals and evictions. Values that it computes until then are validated by them, and count as
/// evicted from the first connection on.
/// </summary>
internal sealed class UnconnectedWatch(RedisCommands commands) : EntryWatch
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, byte[]> _evicted = new(StringComparer.Ordinal);
    private bool _isEverythingEvicted;
    private int _changes;
    private bool _isOver;

    /// <inheritdoc/>
    public override Partition? Partition => null;

    /// <inheritdoc/>
    public override TagState? TagState => null;

    /// <inheritdoc/>
    public override int Changes => Volatile.Read(ref _changes);

    /// <inheritdoc/>
    public override bool IsOver => Volatile.Read(ref _isOver);

    /// <inheritdoc/>
    public override bool IsAvailable => commands.IsConnecting;

    /// <summary>Raised when whatever was computed counts as evicted.</summary>
    private event Action? EverythingEvicted;

    public void Attach(ILocalCopies copies) => EverythingEvicted += () =>
    {
        Removals.Forget();
        copies.DropAll(this);
    };

    /// <inheritdoc/>
    public override bool IsCurrent(long now) => false;

    /// <summary>Waits for the first connection. It shows nothing of what was missed, so the answer is always no.</summary>
    public override async Task<bool> PollAsync()
    {
        try
        {
            await commands.ConnectAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            // still no connection
        }

        return false;
    }

    /// <inheritdoc/>
    public override Task<bool> LookSinceAsync(long moment) => PollAsync();

    /// <summary>Applies an eviction that Redis has not confirmed: whatever was computed before counts as evicted.</summary>
    /// <returns>False if there was a connection in the meantime, so that the partitions are to be told.</returns>
    public bool TryEvict(IReadOnlyCollection<byte[]> members)
    {
        lock (_lock)
        {
            if (IsOver)
                return false;
            foreach (var member in _isEverythingEvicted ? [] : members)
                _evicted[Convert.ToBase64String(member)] = member;
        }

        EvictAll();
        return true;
    }

    /// <summary>The same for everything, because there were too many.</summary>
    public bool TryEvictEverything()
    {
        lock (_lock)
        {
            _isEverythingEvicted |= !IsOver;
            _evicted.Clear();
            return !IsOver;
        }
    }

    /// <summary>Ends it with the first connection. What it has evicted, the partitions apply from then on.</summary>
    public void End(ImmutableArray<PartitionWatch> watches)
    {
        byte[][] evicted;
        lock (_lock)
        {
            Volatile.Write(ref _isOver, true);
            evicted = [.. _evicted.Values];
            _evicted.Clear();
        }

        EvictAll();
        foreach (var watch in watches)
        {
            if (_isEverythingEvicted)
                watch.TagState.ApplyUnconfirmedToAll();
            else if (evicted.Length > 0)
                watch.TagState.ApplyUnconfirmed(evicted);
        }
    }

    private void EvictAll()
    {
        Interlocked.Increment(ref _changes);
        EverythingEvicted?.Invoke();
    }
}
