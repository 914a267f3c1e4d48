using RedisTagCache.Connection;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Scripts;

/// <summary>Returns the removals and overwrites above a number.</summary>
internal static class RemovalsSyncScript
{
    /// <summary>An instance that has missed more than that clears its local cache.</summary>
    public const int PageSize = 2_000;

    /// <summary>The maximum number of changes that the log remembers.</summary>
    public const int Cap = 10_000;

    /// <summary>
    /// Gets for how many microseconds the log remembers a change. Longer than any instance takes to learn of it. A computation without a lease that takes longer may be rejected.
    /// </summary>
    public const long Retention = 60_000_000;

    public static readonly EmbeddedScript Script = EmbeddedScript.Load("removals_sync");
    public static readonly string[] KeyNames = ["removals"];
    public static readonly string[] ArgumentNames = ["known", "limit"];

    public static ScriptCall Call(Partition partition, long known) => new(Script, [partition.Removals], [known, PageSize]);

    public static RemovalsPage Parse(RedisResult reply)
    {
        var parts = (RedisValue[]?)reply ?? [];
        if (parts.Length < 2)
            throw new UnexpectedReplyException("removals_sync gave no numbers.");
        var removals = new List<RemovalRow>((parts.Length - 2) / 2);
        for (var i = 2; i + 1 < parts.Length; i += 2)
            removals.Add(new RemovalRow((byte[])parts[i]!, (long)(double)parts[i + 1]));
        return new RemovalsPage((long)(double)parts[0], (long)(double)parts[1], removals, removals.Count == PageSize);
    }
}

/// <summary>One page of the log of removals.</summary>
internal sealed record RemovalsPage(long Newest, long Floor, IReadOnlyList<RemovalRow> Removals, bool HasMore);

/// <summary>One entry that was removed or overwritten, and the number of that. Among them stands the newest number itself.</summary>
internal readonly record struct RemovalRow(byte[] Entry, long Number);
