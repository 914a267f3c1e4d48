using System.Runtime.CompilerServices;
using RedisTagCache.Invalidation;
using RedisTagCache.Topology;

namespace RedisTagCache.Management.Internal;

/// <summary>Walks through the keys of all primaries, step by step, and rests in between.</summary>
internal sealed class EntryWalk(PartitionSet set, InspectionCommands commands, string prefix, TimeProvider time)
{
    /// <summary>One step: the entries' keys that turned up, and how far the walk is.</summary>
    internal readonly record struct Page(IReadOnlyList<StoredKey> Keys, long Passed, double Fraction);

    public async IAsyncEnumerable<Page> RunAsync(
        string? region, string? keyPrefix, CacheScanPace pace, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pattern = StoredKey.Pattern(prefix, region, keyPrefix);
        var primaries = await commands.PrimariesAsync(cancellationToken).ConfigureAwait(false);
        var partitions = set.Known().Keys.Partitions.ToDictionary(static partition => partition.HashTag, StringComparer.Ordinal);
        long total = 0;
        foreach (var server in primaries)
            total += await commands.CountAsync(server, cancellationToken).ConfigureAwait(false);

        long passed = 0;
        var isFirst = true;
        foreach (var server in primaries)
        {
            var cursor = "0";
            do
            {
                if (!isFirst)
                    await Task.Delay(pace.Pause, time, cancellationToken).ConfigureAwait(false);
                isFirst = false;
                (cursor, var keys) = await commands.ScanAsync(server, cursor, pattern, pace.PageSize, cancellationToken).ConfigureAwait(false);
                passed += pace.PageSize;
                yield return new Page(Parse(keys, partitions), passed, total == 0 ? 1 : Math.Min(1, (double)passed / total));
            }
            while (cursor != "0");
        }
    }

    public static void Validate(in CacheScanPace pace, string parameter)
    {
        if (pace.PageSize is < 10 or > 10_000)
            throw new ArgumentException($"CacheScanPace.PageSize must be between 10 and 10,000, but was {pace.PageSize}.", parameter);
        if (pace.Pause < TimeSpan.Zero || pace.Pause > TimeSpan.FromSeconds(10))
            throw new ArgumentException($"CacheScanPace.Pause must be between zero and 10 seconds, but was {pace.Pause}.", parameter);
    }

    private static List<StoredKey> Parse(byte[][] keys, Dictionary<string, Partition> partitions)
    {
        var parsed = new List<StoredKey>(keys.Length);
        foreach (var key in keys)
        {
            if (StoredKey.TryParse(key, partitions, out var stored))
                parsed.Add(stored);
        }

        return parsed;
    }
}
