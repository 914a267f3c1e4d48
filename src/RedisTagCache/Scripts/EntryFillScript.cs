using RedisTagCache.Topology;

namespace RedisTagCache.Scripts;

/// <summary>Stores what factories computed, and releases their leases.</summary>
internal static class EntryFillScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("entry_fill");
    public static readonly string[] KeyNames = ["epoch", "removals", "entry...", "lease...", "staged..."];
    public static readonly string[] ArgumentNames = ["publish", "envelope...", "ttl...", "version...", "owner...", "started..."];
}

/// <summary>Overwrites entries, and announces that to the instances that have local copies.</summary>
internal static class EntryOverwriteScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("entry_overwrite");
    public static readonly string[] KeyNames = ["epoch", "removals", "entry...", "lease...", "staged..."];
    public static readonly string[] ArgumentNames = ["retention", "cap", "publish", "envelope...", "ttl...", "version..."];
}

/// <summary>What came of storing or overwriting a value.</summary>
/// <param name="Stored">Whether it is stored.</param>
/// <param name="Stamp">The stamp now.</param>
/// <param name="Removal">The newest removal; of an overwrite its own number.</param>
/// <param name="Before">Of an overwrite: the number before it.</param>
internal readonly record struct FillReply(bool Stored, EpochStamp? Stamp, long Removal, long Before = 0);
