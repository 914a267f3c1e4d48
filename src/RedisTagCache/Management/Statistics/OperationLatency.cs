namespace RedisTagCache.Management;

/// <summary>Reports durations, counted in buckets.</summary>
public sealed class OperationLatency
{
    internal OperationLatency(IReadOnlyList<TimeSpan> bounds, IReadOnlyList<long> counts) => (Bounds, Counts) = (bounds, counts);

    internal static OperationLatency None { get; } = new([], [0]);

    /// <summary>Gets the upper bound of each bucket except the last, which has none.</summary>
    public IReadOnlyList<TimeSpan> Bounds { get; }

    /// <summary>Gets the count of each bucket. There is one more than <see cref="Bounds"/>.</summary>
    public IReadOnlyList<long> Counts { get; }

    /// <summary>Gets the total count.</summary>
    public long Count => Counts.Sum();

    /// <summary>Estimates the time within which a fraction of the operations ended, by linear interpolation between the bounds of its bucket. For the last bucket, returns its lower bound.</summary>
    /// <param name="part">The fraction. Must be more than 0 and at most 1, such as 0.99 for p99.</param>
    /// <returns>The time, or <see langword="null"/> if there were no operations.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is out of range.</exception>
    public TimeSpan? Percentile(double part)
    {
        if (part is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(part), part, "The fraction must be more than 0 and at most 1.");
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
