namespace RedisTagCache.Management.Internal;

/// <summary>
/// The keys that a walk came past last. Redis gives a key twice if it makes its table of keys smaller during a walk, and then soon after the first time: so a bounded
/// number of keys is enough to tell, however many there are.
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
