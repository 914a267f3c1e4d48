using RedisTagCache.Scripts;

namespace RedisTagCache.Invalidation;

/// <summary>
/// What this instance has heard of removals and overwrites in a partition. Redis numbers them; a copy knows up to which number it is not
/// superseded. The last ones heard are remembered, for copies that were read before and are kept only now.
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

    /// <summary>Whether a copy must not be kept: its entry was removed or overwritten after that number, or something was missed meanwhile.</summary>
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

    /// <summary>Keeps a copy unless it is superseded. A removal that is heard of from then on finds the copy.</summary>
    /// <param name="name">The entry.</param>
    /// <param name="since">Before the copy was read.</param>
    /// <param name="number">Up to which the copy is known not to be superseded.</param>
    /// <param name="state">The copy.</param>
    /// <param name="keep">Keeps it.</param>
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

    /// <summary>Takes over an announcement. False when one before it was missed.</summary>
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

    /// <summary>Notes a removal by this instance that Redis has not numbered: nothing read before it is kept.</summary>
    public void RecordOwn(string name)
    {
        lock (_lock)
            Note(name, Unnumbered);
    }

    /// <summary>Nothing read or started before is kept.</summary>
    public void Forget()
    {
        lock (_lock)
            _forgotten = ++_count;
    }

    /// <summary>Takes over what Redis told. False the first time, and when it has lost count or could not tell all: then every copy may be superseded.</summary>
    /// <param name="asked">What was known when it was asked.</param>
    /// <param name="page">What it told.</param>
    /// <param name="nameOf">The name of an entry; nothing for what is no entry of these copies.</param>
    public bool Adopt(long asked, RemovalsPage page, Func<byte[], string?> nameOf)
    {
        lock (_lock)
        {
            // The first time, nothing tells how old the copies are that were kept before.
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

/// <summary>What an instance knew of removals at one moment: the newest number (-1 when nothing was known), and how many it had heard of.</summary>
/// <param name="Number">The newest number.</param>
/// <param name="Recorded">How many removals were recorded.</param>
/// <param name="Unconfirmed">For what is computed without Redis: the newest eviction that this instance had taken over ahead of what Redis had told; else zero.</param>
internal readonly record struct RemovalMoment(long Number, long Recorded, long Unconfirmed = 0)
{
    public const long Unknown = -1;
}
