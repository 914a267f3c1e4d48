namespace RedisTagCache.History.Checking;

/// <summary>The confirmed changes of one tag or one key, in the order in which they were confirmed.</summary>
internal sealed class ChangeLog
{
    private readonly List<Change> _changes = [];
    private long[] _newestStarts = [];

    public void Add(in Change change) => _changes.Add(change);

    /// <summary>To be called once, after all were added.</summary>
    public void Freeze()
    {
        _changes.Sort(static (a, b) => a.End.CompareTo(b.End));
        _newestStarts = new long[_changes.Count];
        var newest = 0L;
        for (var i = 0; i < _changes.Count; i++)
            _newestStarts[i] = newest = Math.Max(newest, _changes[i].Start);
    }

    /// <summary>When the newest of those began that were confirmed before a moment; 0 for none.</summary>
    public long NewestStart(long before)
    {
        var count = CountBefore(before);
        return count == 0 ? 0 : _newestStarts[count - 1];
    }

    /// <summary>All that were confirmed before one moment and began after another.</summary>
    public IEnumerable<Change> Between(long startedAfter, long confirmedBefore)
    {
        for (var i = CountBefore(confirmedBefore) - 1; i >= 0 && _changes[i].End > startedAfter; i--)
        {
            if (_changes[i].Start > startedAfter)
                yield return _changes[i];
        }
    }

    private int CountBefore(long time)
    {
        var (low, high) = (0, _changes.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_changes[middle].End < time)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
