using System.Diagnostics;

namespace RedisTagCache.HttpHistory.Evictions;

/// <summary>The evictions of one tag or path.</summary>
internal sealed class EvictionLog
{
    private static readonly long _kept = 10 * Stopwatch.Frequency;

    private readonly List<(long Start, long End, int Instance, string How)> _confirmed = [];
    private long _old;
    private long _newest;
    private long _lastEnd;
    private int _open;

    /// <summary>Until when the last one may have had its effect.</summary>
    public long LastEnd => Volatile.Read(ref _open) > 0 ? long.MaxValue : Volatile.Read(ref _lastEnd);

    public long Begin()
    {
        Interlocked.Increment(ref _open);
        return Stopwatch.GetTimestamp();
    }

    /// <summary>It was not confirmed, so it may happen later.</summary>
    public void Fail() => End(Stopwatch.GetTimestamp() + _kept);

    public void Confirm(long start, long end, int instance, string how)
    {
        lock (_confirmed)
        {
            for (var i = _confirmed.Count - 1; i >= 0; i--)
            {
                if (end - _confirmed[i].End <= _kept)
                    continue;
                _old = Math.Max(_old, _confirmed[i].Start);
                _confirmed.RemoveAt(i);
            }

            _confirmed.Add((start, end, instance, how));
            Volatile.Write(ref _newest, Math.Max(_newest, start));
        }

        End(end);
    }

    /// <summary>
    /// When the newest of those began that a request has to respect: those that were confirmed before it began, and for other instances' own copies a grace
    /// before it.
    /// </summary>
    /// <param name="begin">When the request began.</param>
    /// <param name="instance">The instance that answers it.</param>
    /// <param name="grace">How much later other instances' evictions hold; <see cref="long.MaxValue"/> when they need not.</param>
    /// <param name="atLeast">What else holds.</param>
    public long Floor(long begin, int instance, long grace, long atLeast)
    {
        if (Volatile.Read(ref _newest) <= atLeast)
            return atLeast;
        lock (_confirmed)
        {
            atLeast = Math.Max(atLeast, _old);
            foreach (var (start, end, by, _) in _confirmed)
            {
                if (start > atLeast && end < begin - (by == instance ? 0 : grace))
                    atLeast = start;
            }
        }

        return atLeast;
    }

    /// <summary>Describes the one that began at a moment, if there is one.</summary>
    public string? Describe(long start)
    {
        lock (_confirmed)
            return _confirmed.Find(eviction => eviction.Start == start).How;
    }

    private void End(long at)
    {
        lock (_confirmed)
            Volatile.Write(ref _lastEnd, Math.Max(_lastEnd, at));
        Interlocked.Decrement(ref _open);
    }
}
