using RedisTagCache.Tags;
using RedisTagCache.Topology;

namespace RedisTagCache.Invalidation;

/// <summary>
/// What this instance knows about changes to entries, so that it can validate local copies without asking Redis: <see cref="PartitionWatch"/> for the
/// entries of a partition, <see cref="UnconnectedWatch"/> for all entries before the first connection.
/// </summary>
internal abstract class EntryWatch
{
    /// <summary>Gets the partition; nothing before the first connection.</summary>
    public abstract Partition? Partition { get; }

    /// <summary>Gets what is known of evictions; nothing before the first connection.</summary>
    public abstract TagState? TagState { get; }

    /// <summary>Gets what is known of removals and overwrites.</summary>
    public RemovalLog Removals { get; init; } = new();

    /// <summary>Changes after every change that may change a verdict: while it stays, so do the verdicts.</summary>
    public abstract int Changes { get; }

    /// <summary>Whether another one has taken over: what was validated by this counts as evicted.</summary>
    public abstract bool IsOver { get; }

    /// <summary>Whether a call would wait for Redis at all.</summary>
    public abstract bool IsAvailable { get; }

    /// <summary>Whether copies of these entries can be returned as what Redis has.</summary>
    /// <param name="now">A time stamp.</param>
    public abstract bool IsCurrent(long now);

    /// <summary>Looks whether anything was missed, and makes up for it. False when Redis did not answer.</summary>
    public abstract Task<bool> PollAsync();

    /// <summary>Sees to it that what happened before a moment is known. False when Redis did not answer.</summary>
    /// <param name="moment">A time stamp.</param>
    public abstract Task<bool> LookSinceAsync(long moment);
}
