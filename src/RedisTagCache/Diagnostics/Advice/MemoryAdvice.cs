namespace RedisTagCache.Diagnostics.Advice;

/// <summary>Checks whether the memory limit of a server and its policy suit the cache.</summary>
internal static class MemoryAdvice
{
    public const string FullEffect = "it is full, and rejects writes and evictions";
    public const string NoEvictionEffect = "once it is full, it rejects writes and evictions, while old entries stay readable";
    public const string NoEvictionRemedy = "Set maxmemory-policy volatile-lru.";
    public const string AnyKeyEffect = "once it is full, it may drop the tag invalidations, and all entries with tags then count as evicted";
    public const string AnyKeyRemedy = "Use maxmemory-policy volatile-lru to avoid that, or more memory.";

    /// <summary>What one tag invalidation takes in Redis, in bytes.</summary>
    private const int TagBytes = 120;

    /// <summary>A memory limit counts as small if all tag invalidations take more than this part of it: one in ten.</summary>
    private const int SmallFactor = 10;

    public static DocumentationLink Page { get; } = new("operations.md#memory");

    /// <summary>Finds the risk of a server.</summary>
    /// <param name="server">What the server reports.</param>
    /// <param name="maxTagInvalidations">The maximum number of tag invalidations that the cache remembers.</param>
    public static MemoryRisk RiskOf(ServerReport server, int maxTagInvalidations) => (server.Number("used_memory"), server.Number("maxmemory"), server["maxmemory_policy"]) switch
    {
        (null, _, _) or (_, null, _) or (_, _, null) => MemoryRisk.Unknown,
        (_, 0, _) => MemoryRisk.Unlimited,
        ({ } used, { } max, "noeviction") => used >= max * 0.95 ? MemoryRisk.Full : MemoryRisk.NoEviction,
        (_, { } max, { } policy) when policy.StartsWith("allkeys", StringComparison.Ordinal) =>
            max < (long)SmallFactor * TagBytes * maxTagInvalidations ? MemoryRisk.AnyKeyOfFew : MemoryRisk.AnyKey,
        _ => MemoryRisk.None,
    };
}

/// <summary>What can happen to the cache when a server has no memory left.</summary>
internal enum MemoryRisk
{
    /// <summary>Nothing that hurts: the server drops entries.</summary>
    None,

    /// <summary>The server does not report its memory.</summary>
    Unknown,

    /// <summary>The server has no limit but that of its machine, as by default.</summary>
    Unlimited,

    /// <summary>The server will reject writes and evictions.</summary>
    NoEviction,

    /// <summary>The server rejects writes and evictions.</summary>
    Full,

    /// <summary>The server may drop any key, and has room for many entries beside the tag invalidations.</summary>
    AnyKey,

    /// <summary>The server may drop any key, and the tag invalidations can take a large part of its memory.</summary>
    AnyKeyOfFew,
}
