using System.Globalization;
using RedisTagCache.Diagnostics;
using StackExchange.Redis;

namespace RedisTagCache.Topology;

/// <summary>One partition: the keys that share one hash tag, hence one slot of a cluster, hence one epoch.</summary>
internal sealed class Partition
{
    public Partition(string prefix, int index, string label, bool isSharded = false)
    {
        Index = index;
        Name = new PartitionName(label == "0" ? null : index);
        IsSharded = isSharded;
        HashTag = $"{{{prefix}:{label}}}";
        Epoch = HashTag + ":epoch";
        Marks = HashTag + ":marks";
        Removals = HashTag + ":removals";
    }

    public int Index { get; }

    /// <summary>What log lines call it.</summary>
    public PartitionName Name { get; }

    public string HashTag { get; }

    /// <summary>Whether its messages stay with the servers that have its slot.</summary>
    public bool IsSharded { get; }

    /// <summary>Gets the command by which scripts announce what they did.</summary>
    public RedisValue Publish => IsSharded ? "SPUBLISH" : "PUBLISH";

    public RedisKey Epoch { get; }

    public RedisKey Marks { get; }

    /// <summary>The log of what was removed or overwritten by key.</summary>
    public RedisKey Removals { get; }

    /// <summary>Where scripts announce what they did: the name of the epoch key, which each of them is given.</summary>
    public string Channel => HashTag + ":epoch";

    /// <summary>Gets where large entries are staged until a script moves them into their places.</summary>
    public string StagedPrefix => HashTag + ":staged:";
}

/// <summary>How the keys of a fleet are spread: into how many partitions, and whether their messages go over sharded channels. Every instance must have the same.</summary>
internal readonly record struct PartitionLayout(int Count, bool IsSharded)
{
    public const int Most = 1_024;

    /// <summary>Shared out exactly by 2, 3, 4, and 6 primaries that have slots alike: an eviction writes to all of them.</summary>
    private const int Few = 12;

    /// <summary>Shared out exactly by 9, 12, 18 and 36 primaries as well, and within a sixth by 5, 7, 8 and 10.</summary>
    private const int Many = 36;

    private const int FewPrimaries = 6;

    private const string Sharded = " sharded";

    /// <summary>Returns how many partitions a cluster gets.</summary>
    /// <param name="primaries">How many primaries it has; zero if that is not known.</param>
    public static int CountOn(int primaries) => primaries is > 0 and <= FewPrimaries && Few % primaries == 0 ? Few : Many;

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

/// <summary>Calculates the slot in which a Redis Cluster stores a key: CRC-16 (XMODEM) of its hash tag, modulo 16,384. Source: the Redis Cluster specification.</summary>
internal static class HashSlot
{
    public const int Count = 16_384;

    private const ushort Polynomial = 0x1021;

    /// <param name="tag">What stands between the braces: ASCII.</param>
    public static int Of(ReadOnlySpan<char> tag)
    {
        ushort crc = 0;
        foreach (var c in tag)
        {
            crc ^= (ushort)(c << 8);
            for (var bit = 0; bit < 8; bit++)
                crc = (ushort)((crc & 0x8000) != 0 ? (crc << 1) ^ Polynomial : crc << 1);
        }

        return crc % Count;
    }
}
