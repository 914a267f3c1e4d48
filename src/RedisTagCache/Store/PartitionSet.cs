using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using RedisTagCache.Redis;

namespace RedisTagCache.Store;

/// <summary>
/// The partitions, and what this instance has of each. How many there are is known from the first connection on: wait for it, or ask whether it is known.
/// <code>
/// before the first connection   UnconnectedWatch, for what this instance computes until then
/// the fleet has agreed          each partition with its circuit, its tag state and its watch: created once, and seen all at once
/// </code>
/// </summary>
internal sealed class PartitionSet
{
    private readonly LayoutAgreement _layout;
    private readonly RedisCommands _commands;
    private readonly Func<PartitionLayout, ImmutableArray<ILocalCopies>, PartitionMap> _create;
    private readonly Lock _lock = new();
    private ImmutableArray<ILocalCopies> _copies = [];
    private PartitionMap? _known;

    public PartitionSet(LayoutAgreement layout, RedisCommands commands, PartitionFactory factory)
    {
        _layout = layout;
        _commands = commands;
        _create = factory.Create;
        Unconnected = new UnconnectedWatch(commands);
    }

    /// <summary>Gets what is known before the first connection.</summary>
    public UnconnectedWatch Unconnected { get; }

    /// <summary>Gets what this instance knows of each partition; none before the first connection.</summary>
    public ImmutableArray<PartitionWatch> Watches => TryGet(out var known) ? known.Watches : [];

    /// <summary>Gets the local copies that are told of the changes.</summary>
    public ImmutableArray<ILocalCopies> Copies => _copies;

    /// <summary>Whether a call for a key would wait for Redis at all.</summary>
    public bool IsAvailable(string key) => TryGet(out var known) ? _commands.IsAvailable(known.Keys.PartitionOf(key)) : _commands.IsConnecting;

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

    /// <summary>Has local copies told of the changes, in all partitions.</summary>
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

            // What was computed until now must not outlive an eviction of which nothing was heard.
            var created = _create(layout, _copies);
            Unconnected.End();
            Volatile.Write(ref _known, created);
            return created;
        }
    }
}

/// <summary>The partitions, with what this instance has of each. Immutable.</summary>
/// <param name="Keys">Where everything lies.</param>
/// <param name="Watches">What this instance knows of each partition, in their order.</param>
internal sealed record PartitionMap(KeySpace Keys, ImmutableArray<PartitionWatch> Watches)
{
    public PartitionWatch this[Partition partition] => Watches[partition.Index];

    /// <summary>Gets the one that has the entries with a key.</summary>
    public PartitionWatch Of(string key) => this[Keys.PartitionOf(key)];
}
