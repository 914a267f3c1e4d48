namespace RedisTagCache.Model;

/// <summary>The hashes of the states that were seen, in an open table: one access to memory for most of them.</summary>
internal sealed class StateSet
{
    private const int First = 1 << 12;

    private UInt128[] _slots = new UInt128[First];
    private UInt128[] _spare = [];
    private int _size = First;

    public int Count { get; private set; }

    /// <summary>Adds a hash, unless it is there.</summary>
    public bool Add(UInt128 hash)
    {
        hash |= hash == 0 ? 1u : 0u; // 0 is a free slot
        if (!Place(_slots, _size, hash))
            return false;
        if (++Count > _size / 8 * 5)
            Grow();
        return true;
    }

    public void Clear()
    {
        _size = First;
        Count = 0;
        _slots.AsSpan(0, _size).Clear();
    }

    private void Grow()
    {
        var (from, size) = (_slots, _size);
        _size *= 2;
        _slots = _spare;
        if (_slots.Length < _size)
            _slots = new UInt128[_size];
        else
            _slots.AsSpan(0, _size).Clear();
        foreach (var hash in from.AsSpan(0, size))
        {
            if (hash != 0)
                Place(_slots, _size, hash);
        }

        _spare = from;
    }

    private static bool Place(UInt128[] slots, int size, UInt128 hash)
    {
        for (var at = (int)(ulong)hash & size - 1; ; at = at + 1 & size - 1)
        {
            ref var slot = ref slots[at];
            if (slot == hash)
                return false;
            if (slot != 0)
                continue;
            slot = hash;
            return true;
        }
    }
}
