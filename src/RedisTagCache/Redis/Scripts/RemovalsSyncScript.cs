using StackExchange.Redis;

namespace RedisTagCache.Redis.Scripts;

/// <summary>Tells the removals and overwrites above a number.</summary>
internal static class RemovalsSyncScript
{
    /// <summary>Who has missed more than that forgets its copies.</summary>
    public const int PageSize = 2_000;

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
