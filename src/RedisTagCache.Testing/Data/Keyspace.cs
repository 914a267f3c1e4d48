using System.Diagnostics.CodeAnalysis;

namespace RedisTagCache.Testing.Data;

/// <summary>The keys of a database. Keys that have expired are removed when they are met.</summary>
internal sealed class Keyspace(TimeProvider time)
{
    private readonly Dictionary<byte[], StoredItem> _items = new(ByteComparer.Instance);
    private readonly SortedSet<StoredItem> _order = new(Comparer<StoredItem>.Create(static (x, y) => x.Id.CompareTo(y.Id)));
    private long _lastId;

    public long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Gets the number of keys that have not expired.</summary>
    public int Count
    {
        get
        {
            RemoveExpired();
            return _items.Count;
        }
    }

    /// <summary>Gets the keys that have not expired.</summary>
    public IEnumerable<StoredItem> Items
    {
        get
        {
            RemoveExpired();
            return _order;
        }
    }

    public StoredItem? Find(byte[] key)
    {
        if (!_items.TryGetValue(key, out var item))
            return null;
        if (!IsExpired(item, Now))
            return item;
        Remove(key);
        return null;
    }

    public bool TryFind(byte[] key, [NotNullWhen(true)] out StoredItem? item) => (item = Find(key)) is not null;

    /// <summary>Gives a key a value, without an expiration.</summary>
    public StoredItem Set(byte[] key, object value)
    {
        if (Find(key) is not { } item)
        {
            item = new StoredItem(++_lastId, key, value);
            _items.Add(key, item);
            _order.Add(item);
        }

        item.Value = value;
        item.ExpiresAt = 0;
        item.Writes++;
        return item;
    }

    public bool Remove(byte[] key)
    {
        if (!_items.Remove(key, out var item))
            return false;
        _order.Remove(item);
        return !IsExpired(item, Now);
    }

    public void Clear()
    {
        _items.Clear();
        _order.Clear();
    }

    /// <summary>Gets the keys after a place in the order, and the place where the next step begins: zero at the end.</summary>
    public (long Next, List<StoredItem> Items) Scan(long after, int count)
    {
        var now = Now;
        var found = _order.Count == 0 || after >= _order.Max!.Id ? [] : _order.GetViewBetween(new StoredItem(after + 1, [], ""), _order.Max).Take(count).ToList();
        return (found.Count < count ? 0 : found[^1].Id, found.FindAll(item => !IsExpired(item, now)));
    }

    private static bool IsExpired(StoredItem item, long now) => item.ExpiresAt != 0 && item.ExpiresAt <= now;

    private void RemoveExpired()
    {
        var now = Now;
        foreach (var item in _items.Values.Where(item => IsExpired(item, now)).ToList())
            Remove(item.Key);
    }
}
