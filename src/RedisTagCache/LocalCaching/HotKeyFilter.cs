namespace RedisTagCache.LocalCaching;

/// <summary>
/// Tells keys that were asked for a moment ago, in a memory that does not grow: two keys may share a slot, and then one is forgotten for the other.
/// What is asked for once, by a crawler or with an address that nobody else has, so costs neither a copy nor a copy's place.
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
