namespace RedisTagCache.Management.Internal;

/// <summary>
/// The keys that a walk has found last. If Redis shrinks its table of keys during a walk, it returns some keys twice, the second time soon after the first. So a bounded
/// number of keys is enough to recognize them, however many there are.
/// </summary>
internal sealed class RecentKeys
{
    private const int Most = 4_096;

    private HashSet<string> _newer = new(StringComparer.Ordinal);
    private HashSet<string> _older = new(StringComparer.Ordinal);

    /// <summary>Whether the key is not one of the last few thousand.</summary>
    public bool Add(string key)
    {
        if (_older.Contains(key) || !_newer.Add(key))
            return false;
        if (_newer.Count == Most)
            (_older, _newer) = (_newer, new HashSet<string>(StringComparer.Ordinal));
        return true;
    }
}
