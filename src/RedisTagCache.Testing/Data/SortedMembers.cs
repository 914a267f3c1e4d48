namespace RedisTagCache.Testing.Data;

/// <summary>A sorted set: members in the order of their scores, and of their bytes where scores are equal.</summary>
internal sealed class SortedMembers
{
    private readonly Dictionary<byte[], double> _scores = new(ByteComparer.Instance);
    private readonly SortedSet<(double Score, byte[] Member)> _order = new(Comparer<(double Score, byte[] Member)>.Create(static (x, y) =>
        x.Score != y.Score ? x.Score.CompareTo(y.Score) : x.Member.AsSpan().SequenceCompareTo(y.Member)));

    public int Count => _scores.Count;

    public IEnumerable<(double Score, byte[] Member)> Ascending => _order;

    public double? ScoreOf(byte[] member) => _scores.TryGetValue(member, out var score) ? score : null;

    /// <summary>Gets the members from a score on.</summary>
    public IEnumerable<(double Score, byte[] Member)> From(double score) =>
        double.IsNegativeInfinity(score) || _order.Count == 0 || _order.Max.Score < score ? _order.Where(item => item.Score >= score) : _order.GetViewBetween((score, []), _order.Max);

    /// <summary>Gets members by their places. Negative places count from the end, as in Redis.</summary>
    public IEnumerable<(double Score, byte[] Member)> Range(long start, long stop)
    {
        start = Math.Max(0, start < 0 ? start + Count : start);
        stop = Math.Min(Count - 1, stop < 0 ? stop + Count : stop);
        if (start > stop)
            return [];
        return start > Count / 2
            ? _order.Reverse().Skip((int)(Count - 1 - stop)).Take((int)(stop - start + 1)).Reverse()
            : _order.Skip((int)start).Take((int)(stop - start + 1));
    }

    public void Set(byte[] member, double score)
    {
        Remove(member);
        _scores[member] = score;
        _order.Add((score, member));
    }

    public bool Remove(byte[] member)
    {
        if (!_scores.Remove(member, out var score))
            return false;
        _order.Remove((score, member));
        return true;
    }
}
