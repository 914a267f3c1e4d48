namespace RedisTagCache;

/// <summary>Durations counted in buckets of fixed bounds.</summary>
public sealed class OperationLatency
{
    internal OperationLatency(IReadOnlyList<TimeSpan> bounds, IReadOnlyList<long> counts) => (Bounds, Counts) = (bounds, counts);

    /// <summary>The upper bound of each bucket but the last, which has none.</summary>
    public IReadOnlyList<TimeSpan> Bounds { get; }

    /// <summary>How many fell into each bucket; one more than <see cref="Bounds"/>.</summary>
    public IReadOnlyList<long> Counts { get; }

    /// <summary>How many there were.</summary>
    public long Count => Counts.Sum();

    /// <summary>An estimate of the time within which a part of the operations ended: between the bounds of its bucket, evenly. The last bucket counts as its lower bound.</summary>
    /// <param name="part">More than 0, at most 1; 0.99 for p99.</param>
    /// <returns>The time, or nothing when there were no operations.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The part is not in that range.</exception>
    public TimeSpan? Percentile(double part)
    {
        if (part is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(part), part, "More than 0, at most 1.");
        var rank = part * Count;
        var below = 0L;
        for (var i = 0; i < Bounds.Count; below += Counts[i], i++)
        {
            if (Counts[i] == 0 || below + Counts[i] < rank)
                continue;
            var from = i == 0 ? TimeSpan.Zero : Bounds[i - 1];
            return from + ((Bounds[i] - from) * ((rank - below) / Counts[i]));
        }

        return Count == 0 ? null : Bounds[^1];
    }
}
