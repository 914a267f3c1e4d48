namespace RedisTagCache.LocalCaching;

/// <summary>
/// Recognizes keys that were requested a moment ago, in memory that does not grow. Two keys may share a slot: the later one then replaces the other.
/// So a key that is requested only once, by a crawler or with a unique address, does not take the place of another copy.
/// </summary>
internal sealed class HotKeyFilter(TimeProvider time)
{
    private const int Slots = 8_192; // a power of two
    private const uint Moment = 10; // in seconds

    private readonly long[] _slots = new long[Slots];

    /// <summary>Notes that a key is asked for. True when it was within the last ten seconds.</summary>
    public bool Note(ReadOnlySpan<char> key)
    {
        var hash = string.GetHashCode(key, StringComparison.Ordinal);
        var now = (uint)(time.GetTimestamp() / time.TimestampFrequency);
        ref var slot = ref _slots[hash & (Slots - 1)];
        var seen = Volatile.Read(ref slot);
        Volatile.Write(ref slot, ((long)hash << 32) | now);
        return (int)(seen >> 32) == hash && now - (uint)seen <= Moment;
    }
}
