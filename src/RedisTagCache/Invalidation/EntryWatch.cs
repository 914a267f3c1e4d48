using RedisTagCache.Scripts;
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

/// <summary>
/// The removals and overwrites in a partition that this instance knows. Redis numbers them, and a copy has the number up to which it is not
/// superseded. The last ones are remembered, for copies that were read before them and are stored after them.
/// </summary>
/// <param name="remembered">How many are remembered.</param>
internal sealed class RemovalLog(int remembered = 1_024)
{
    private const long Unnumbered = long.MaxValue;

    private readonly Lock _lock = new();
    private readonly (int Hash, long Number)[] _recorded = new (int, long)[remembered];
    private long _known = RemovalMoment.Unknown;
    private long _count;
    private long _forgotten;

    /// <summary>The newest number up to which nothing was missed; <see cref="RemovalMoment.Unknown"/> at first.</summary>
    public long Known => Volatile.Read(ref _known);

    /// <summary>Begin a read, or a computation, with this.</summary>
    public RemovalMoment Observe()
    {
        lock (_lock)
            return new RemovalMoment(_known, _count);
    }

    /// <summary>Returns whether a copy must not be stored: its entry was removed or overwritten after that number, or a removal may have been missed in the meantime.</summary>
    /// <param name="name">The entry.</param>
    /// <param name="since">Before the copy was read.</param>
    /// <param name="number">Up to which the copy is known not to be superseded.</param>
    public bool IsSuperseded(string name, in RemovalMoment since, long number)
    {
        lock (_lock)
        {
            if (number < 0 || since.Recorded < _forgotten || _count - since.Recorded > remembered)
                return true;
            var hash = string.GetHashCode(name, StringComparison.Ordinal);
            for (var i = since.Recorded; i < _count; i++)
            {
                var removal = _recorded[i % remembered];
                if (removal.Hash == hash && removal.Number > number)
                    return true;
            }

            return false;
        }
    }

    /// <summary>Stores a copy unless it is superseded. A removal that is recorded from then on finds the copy.</summary>
    /// <param name="name">The entry.</param>
    /// <param name="since">Before the copy was read.</param>
    /// <param name="number">Up to which the copy is known not to be superseded.</param>
    /// <param name="state">The copy.</param>
    /// <param name="keep">Stores it.</param>
    public bool TryKeep<T>(string name, in RemovalMoment since, long number, T state, Action<T> keep)
    {
        lock (_lock)
        {
            if (IsSuperseded(name, since, number))
                return false;
            keep(state);
            return true;
        }
    }

    /// <summary>Records an announcement. Returns false if an earlier one was missed.</summary>
    public bool Record(long before, long number, string? name)
    {
        lock (_lock)
        {
            if (_known == RemovalMoment.Unknown || number <= _known)
                return true;
            if (name is not null)
                Note(name, number);
            if (before != _known)
                return false;
            _known = number;
            return true;
        }
    }

    /// <summary>Records a removal by this instance that Redis has not numbered. What was read before it is not stored.</summary>
    public void RecordOwn(string name)
    {
        lock (_lock)
            Note(name, Unnumbered);
    }

    /// <summary>From now on, nothing that was read or started before is stored.</summary>
    public void Forget()
    {
        lock (_lock)
            _forgotten = ++_count;
    }

    /// <summary>Records what a poll has read. Returns false the first time, and if Redis has lost count or has forgotten some: then every copy may be superseded.</summary>
    /// <param name="asked">What was known when it was asked.</param>
    /// <param name="page">The reply.</param>
    /// <param name="nameOf">The name of an entry; nothing for what is no entry of these copies.</param>
    public bool Adopt(long asked, RemovalsPage page, Func<byte[], string?> nameOf)
    {
        lock (_lock)
        {
            // The first time, it is not known how old the copies are that were stored before.
            var isWhole = asked != RemovalMoment.Unknown && page.Newest >= asked && page.Floor <= asked && !page.HasMore;
            foreach (var row in page.Removals)
            {
                if (nameOf(row.Entry) is { } name)
                    Note(name, row.Number);
            }

            if (!isWhole)
                _forgotten = ++_count; // whatever was read before
            _known = isWhole ? Math.Max(_known, page.Newest) : page.Newest;
            return isWhole;
        }
    }

    private void Note(string name, long number) => _recorded[_count++ % remembered] = (string.GetHashCode(name, StringComparison.Ordinal), number);
}

/// <summary>What an instance knew of removals at one moment: the newest number (-1 if nothing was known), and how many it had recorded.</summary>
/// <param name="Number">The newest number.</param>
/// <param name="Recorded">How many removals were recorded.</param>
/// <param name="Unconfirmed">For a value that is computed without Redis: the newest eviction that this instance applied before it read it from Redis; otherwise, zero.</param>
internal readonly record struct RemovalMoment(long Number, long Recorded, long Unconfirmed = 0)
{
    public const long Unknown = -1;
}
