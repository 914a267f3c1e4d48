using RedisTagCache.Management;

namespace RedisTagCache.Diagnostics.Counters;

/// <summary>Durations of about the last minute: six slots of ten seconds, and the one that is being filled.</summary>
internal sealed class LatencyWindow(TimeProvider time)
{
    private const int Slots = 7;
    private static readonly TimeSpan _width = TimeSpan.FromSeconds(10);

    private static readonly double[] _milliseconds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500];
    private static readonly TimeSpan[] _bounds = [.. _milliseconds.Select(TimeSpan.FromMilliseconds)];

    private readonly Lock _lock = new();
    private readonly Slot[] _slots = [.. Enumerable.Range(0, Slots).Select(static _ => new Slot(_milliseconds.Length + 1))];
    private readonly long _start = time.GetTimestamp();

    public void Record(TimeSpan duration)
    {
        var bucket = 0;
        while (bucket < _bounds.Length && duration > _bounds[bucket])
            bucket++;
        Interlocked.Increment(ref SlotOf(Period()).Counts[bucket]);
    }

    public OperationLatency Read()
    {
        var now = Period();
        var counts = new long[_bounds.Length + 1];
        lock (_lock)
        {
            foreach (var slot in _slots.Where(slot => slot.Period > now - Slots))
            {
                for (var i = 0; i < counts.Length; i++)
                    counts[i] += Interlocked.Read(ref slot.Counts[i]);
            }
        }

        return new OperationLatency(Array.AsReadOnly(_bounds), Array.AsReadOnly(counts));
    }

    private long Period() => time.GetElapsedTime(_start).Ticks / _width.Ticks;

    private Slot SlotOf(long period)
    {
        var slot = _slots[period % Slots];
        if (Volatile.Read(ref slot.Period) == period)
            return slot;
        lock (_lock)
        {
            if (slot.Period < period)
            {
                Array.Clear(slot.Counts);
                Volatile.Write(ref slot.Period, period);
            }
        }

        return slot;
    }

    private sealed class Slot(int buckets)
    {
        public long Period = -Slots;

        public long[] Counts { get; } = new long[buckets];
    }
}
