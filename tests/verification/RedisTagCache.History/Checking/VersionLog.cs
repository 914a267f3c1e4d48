namespace RedisTagCache.History.Checking;

/// <summary>The versions that one key has had in the database, and when each was there for certain.</summary>
internal sealed class VersionLog
{
    private readonly List<(long At, long Version)> _raises = [];

    public void Add(long at, long version) => _raises.Add((at, version));

    /// <summary>To be called once, after all were added.</summary>
    public void Freeze()
    {
        _raises.Sort();
        for (var i = 1; i < _raises.Count; i++)
            _raises[i] = (_raises[i].At, Math.Max(_raises[i].Version, _raises[i - 1].Version));
    }

    /// <summary>The version that the database had reached at a moment, at least.</summary>
    public long At(long time)
    {
        var index = _raises.BinarySearch((time, long.MaxValue));
        index = index < 0 ? ~index : index;
        return index == 0 ? 0 : _raises[index - 1].Version;
    }
}
