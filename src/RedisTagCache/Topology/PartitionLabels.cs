using System.Globalization;

namespace RedisTagCache.Topology;

/// <summary>
/// The names of partitions. On a cluster their slots are spread evenly over the slot range, each near the middle of its part, so that shards that share the
/// range evenly share the partitions evenly as well; labels that are merely counted up would not. The number of partitions is part of each label: instances
/// that disagree about it share no keys.
/// </summary>
internal static class PartitionLabels
{
    /// <summary>How far from the middle of its part a slot may be, in parts.</summary>
    private const double Tolerance = 0.1;

    public static IEnumerable<string> For(string prefix, int count) =>
        count == 1 ? ["0"] : Enumerable.Range(0, count).Select(i => Find(prefix, count, i));

    private static string Find(string prefix, int count, int index)
    {
        var part = (double)HashSlot.Count / count;
        var middle = (index + 0.5) * part;
        for (var attempt = 0; ; attempt++)
        {
            var label = string.Create(CultureInfo.InvariantCulture, $"{count}.{index}.{attempt}");
            if (Math.Abs(HashSlot.Of($"{prefix}:{label}") - middle) <= Math.Max(1, Tolerance * part))
                return label;
        }
    }
}
