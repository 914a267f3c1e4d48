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
