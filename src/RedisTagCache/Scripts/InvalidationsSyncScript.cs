using System.Globalization;
using RedisTagCache.Connection;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Scripts;

/// <summary>Returns the tag invalidations from a score on, after making the partition complete.</summary>
internal static class InvalidationsSyncScript
{
    /// <summary>Tag invalidations in one page: some 2 ms of the server's time.</summary>
    public const int PageSize = 2_000;

    public static readonly EmbeddedScript Script = EmbeddedScript.Load("invalidations_sync");
    public static readonly string[] KeyNames = ["epoch", "marks"];
    public static readonly string[] ArgumentNames = ["known", "from", "limit", "nonce", "floor"];

    /// <param name="partition">The partition.</param>
    /// <param name="known">The newest stamp seen.</param>
    /// <param name="from">The lowest score wanted.</param>
    /// <param name="nonce">The name of a new generation should one begin.</param>
    /// <param name="floor">The floor known, which Redis may have lost with the tag invalidations it stands for.</param>
    public static ScriptCall Call(Partition partition, EpochStamp? known, long from, ulong nonce, long floor = 0) => new(
        Script,
        [partition.Epoch, partition.Marks],
        [known?.ToString() ?? "", from, PageSize, nonce.ToString("x16", CultureInfo.InvariantCulture), floor]);

    public static TagInvalidationPage Parse(RedisResult reply)
    {
        var parts = (RedisValue[]?)reply ?? [];
        if (parts.Length < 2 || !EpochStamp.TryParse(((ReadOnlyMemory<byte>)parts[0]).Span, out var stamp))
            throw new UnexpectedReplyException("invalidations_sync gave no stamp.");

        var invalidations = new List<TagInvalidationRow>((parts.Length - 2) / 2);
        for (var i = 2; i + 1 < parts.Length; i += 2)
            invalidations.Add(new TagInvalidationRow((byte[])parts[i]!, (long)(double)parts[i + 1]));
        return new TagInvalidationPage(stamp, (long)(double)parts[1], invalidations, invalidations.Count == PageSize);
    }
}

/// <summary>One page of tag invalidations: complete up to the stamp when it is not followed by more.</summary>
internal sealed record TagInvalidationPage(EpochStamp Stamp, long Floor, IReadOnlyList<TagInvalidationRow> Invalidations, bool HasMore);

/// <summary>One member of the tag invalidations and its epoch. Among the members stands the floor itself.</summary>
internal readonly record struct TagInvalidationRow(byte[] Member, long Epoch);

/// <summary>Returns the invalidations of some tags, for an instance that has not read all of them yet.</summary>
internal static class InvalidationsFindScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("invalidations_find");
    public static readonly string[] KeyNames = ["epoch", "marks"];
    public static readonly string[] ArgumentNames = ["member..."];

    public static ScriptCall Call(Partition partition, byte[][] members) => new(
        Script,
        [partition.Epoch, partition.Marks],
        Array.ConvertAll(members, static member => (RedisValue)member));

    /// <summary>What was found, or nothing when the partition must be synchronized first.</summary>
    public static FoundTagInvalidations? Parse(RedisResult reply)
    {
        var parts = (RedisValue[]?)reply ?? [];
        if (parts.Length == 0)
            return null;
        if (parts.Length < 2 || !EpochStamp.TryParse(((ReadOnlyMemory<byte>)parts[0]).Span, out var stamp))
            throw new UnexpectedReplyException("invalidations_find gave no stamp.");
        return new FoundTagInvalidations(stamp, (long)(double)parts[1], Array.ConvertAll(parts[2..], static score => (long)(double)score));
    }
}

/// <summary>The stamp, the floor, and the epoch of each member that was asked for, all of one moment; 0 for one that is not there.</summary>
internal sealed record FoundTagInvalidations(EpochStamp Stamp, long Floor, long[] Epochs);
