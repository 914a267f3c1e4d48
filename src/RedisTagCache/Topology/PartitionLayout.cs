using System.Globalization;

namespace RedisTagCache.Topology;

/// <summary>How the keys of a fleet are spread: into how many partitions, and whether their messages go over sharded channels. Every instance must have the same.</summary>
internal readonly record struct PartitionLayout(int Count, bool IsSharded)
{
    public const int Most = 1_024;

    /// <summary>On a cluster: shared out exactly by 2, 3, 4, 6, 9, 12, 18 and 36 primaries that have slots alike, and within a sixth by 5, 7, 8 and 10.</summary>
    public const int OnCluster = 36;

    private const string Sharded = " sharded";

    public static PartitionLayout? Parse(string? text)
    {
        var number = text.AsSpan();
        var isSharded = number.EndsWith(Sharded);
        if (isSharded)
            number = number[..^Sharded.Length];
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= Most ? new(count, isSharded) : null;
    }

    public override string ToString() => Count.ToString(CultureInfo.InvariantCulture) + (IsSharded ? Sharded : "");
}
