using System.Collections.Concurrent;

namespace RedisTagCache.AspNetCore.OutputCaching;

/// <summary>
/// The lookups outside of any request that no write has followed yet. A write in another flow than its lookup cannot be distinguished
/// from other writes of the key, so it takes the oldest outstanding version, which is never too new.
/// </summary>
/// <remarks>
/// Such a write closes the newest lookup, not the one whose version it takes: a caller that still computes is then left with a version that is old
/// enough. A lookup without a write is given up after five minutes.
/// </remarks>
internal sealed class OutstandingLookups(TimeProvider time)
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);
    private const int SweepFrom = 10_000;

    private readonly ConcurrentDictionary<string, List<(PageLookup Lookup, long Since)>> _byKey = new(StringComparer.Ordinal);

    public void Begin(PageLookup lookup)
    {
        if (_byKey.Count >= SweepFrom)
        {
            foreach (var key in _byKey.Keys)
                Change(key, static _ => { });
        }

        Change(lookup.Key, list => list.Add((lookup, time.GetTimestamp())));
    }

    public void End(PageLookup lookup)
    {
        lookup.TryClose();
        if (_byKey.ContainsKey(lookup.Key))
            Change(lookup.Key, static _ => { });
    }

    public CacheVersion? TakeOldest(string key)
    {
        CacheVersion? version = null;
        if (_byKey.ContainsKey(key))
        {
            Change(key, list =>
            {
                if (list.Count == 0)
                    return;
                version = list.Select(entry => entry.Lookup.Version).Aggregate(CacheVersion.Min);
                list[^1].Lookup.TryClose();
            });
        }

        return version;
    }

    /// <summary>Changes a key's list, oldest first, and drops from it what is closed or has been waited for long enough.</summary>
    private void Change(string key, Action<List<(PageLookup Lookup, long Since)>> change)
    {
        while (true)
        {
            var list = _byKey.GetOrAdd(key, static _ => []);
            lock (list)
            {
                if (!_byKey.TryGetValue(key, out var current) || !ReferenceEquals(current, list))
                    continue; // emptied and dropped just now
                list.RemoveAll(IsOver);
                change(list);
                list.RemoveAll(IsOver);
                if (list.Count == 0)
                    _byKey.TryRemove(key, out _);
                return;
            }
        }
    }

    private bool IsOver((PageLookup Lookup, long Since) entry) => !entry.Lookup.IsOpen || time.GetElapsedTime(entry.Since) >= _patience;
}
