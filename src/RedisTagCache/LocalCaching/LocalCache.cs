using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using RedisTagCache.Invalidation;

namespace RedisTagCache.LocalCaching;

/// <summary>
/// The local copies of an instance, bounded by number and by size. When it is full, it drops the oldest copy that was not returned since it was
/// last considered (second chance). A hit takes no lock and writes at most one flag.
/// </summary>
internal sealed class LocalCache
{
    private const int QueueSlack = 64;

    private readonly long _maxBytes;
    private readonly int _maxEntries;
    private readonly ConcurrentDictionary<string, LocalCopy> _copies = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, LocalCopy>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private readonly ConcurrentQueue<LocalCopy> _queue = new();
    private long _bytes;
    private int _count;

    public LocalCache(long maxBytes, int maxEntries)
    {
        _maxBytes = maxBytes;
        _maxEntries = maxEntries;
        _bySpan = _copies.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public long Bytes => Interlocked.Read(ref _bytes);

    public int Count => Volatile.Read(ref _count);

    public bool TryGet(string name, [NotNullWhen(true)] out LocalCopy? copy) => _copies.TryGetValue(name, out copy);

    public bool TryGet(ReadOnlySpan<char> name, [NotNullWhen(true)] out LocalCopy? copy) => _bySpan.TryGetValue(name, out copy);

    /// <summary>Stores a copy in place of an older one. If it is larger than the cache may be, neither is stored.</summary>
    public void Set(LocalCopy copy)
    {
        if (copy.Size > _maxBytes || _maxEntries == 0)
        {
            if (_copies.TryGetValue(copy.Name, out var older))
                Remove(older);
            return;
        }

        while (true)
        {
            if (_copies.TryGetValue(copy.Name, out var old))
            {
                if (!_copies.TryUpdate(copy.Name, copy, old))
                    continue;
                Account(old, -1);
            }
            else if (!_copies.TryAdd(copy.Name, copy))
            {
                continue;
            }

            Account(copy, 1);
            break;
        }

        _queue.Enqueue(copy);
        Trim();
    }

    public void Remove(LocalCopy copy)
    {
        if (_copies.TryRemove(new KeyValuePair<string, LocalCopy>(copy.Name, copy)))
            Account(copy, -1);
    }

    /// <summary>Removes the copies for which a condition holds, and forgets all that are gone.</summary>
    public void RemoveWhere(Func<LocalCopy, bool> condition)
    {
        foreach (var (_, copy) in _copies)
        {
            if (condition(copy))
                Remove(copy);
        }

        for (var left = _queue.Count; left > 0 && _queue.TryDequeue(out var copy); left--)
        {
            if (!copy.IsGone)
                _queue.Enqueue(copy);
        }
    }

    /// <summary>Removes a copy that is superseded by that number.</summary>
    public void Drop(string name, long removal)
    {
        while (_copies.TryGetValue(name, out var copy) && copy.Removal < removal)
            Remove(copy);
    }

    public void DropAll(EntryWatch watch)
    {
        foreach (var (_, copy) in _copies)
        {
            if (ReferenceEquals(copy.Watch, watch))
                Remove(copy);
        }
    }

    private void Account(LocalCopy copy, int sign)
    {
        Interlocked.Add(ref _bytes, sign * (long)copy.Size);
        Interlocked.Add(ref _count, sign);

        // For good: another may have removed it before it is counted here.
        if (sign < 0)
            copy.IsGone = true;
    }

    private void Trim()
    {
        while ((Bytes > _maxBytes || Count > _maxEntries) && _queue.TryDequeue(out var oldest))
        {
            if (oldest.IsGone)
                continue;
            if (oldest.IsUsed)
            {
                oldest.IsUsed = false;
                _queue.Enqueue(oldest);
                continue;
            }

            Remove(oldest);
        }

        // Copies that went otherwise still stand in the queue; two steps for each that comes keep it short.
        for (var step = 0; step < 2 && _queue.Count > (2 * Count) + QueueSlack && _queue.TryDequeue(out var copy); step++)
        {
            if (!copy.IsGone)
                _queue.Enqueue(copy);
        }
    }
}
