namespace RedisTagCache.Scripts;

/// <summary>Overwrites entries, and announces that to the instances that have local copies.</summary>
internal static class EntryOverwriteScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("entry_overwrite");
    public static readonly string[] KeyNames = ["epoch", "removals", "entry...", "lease...", "staged..."];
    public static readonly string[] ArgumentNames = ["retention", "cap", "publish", "envelope...", "ttl...", "version..."];
}
