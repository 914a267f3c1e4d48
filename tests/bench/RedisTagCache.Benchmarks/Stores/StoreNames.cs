namespace RedisTagCache.Benchmarks.Stores;

/// <summary>What the contenders are called in tables.</summary>
internal static class StoreNames
{
    public const string Bare = "bare StackExchange.Redis";
    public const string OurStore = "RedisTagCache, ITagCacheStore";
    public const string OurDistributed = "RedisTagCache, IDistributedCache";
    public const string OurBuffer = "RedisTagCache, IBufferDistributedCache";
    public const string OurPages = "RedisTagCache, output-cache store";
    public const string OurHybrid = "RedisTagCache, HybridCache";
    public const string OurValues = "RedisTagCache, ITagCache";
    public const string MicrosoftDistributed = "Microsoft RedisCache";
    public const string MicrosoftBuffer = "Microsoft RedisCache, buffers";
    public const string MicrosoftPages = "Microsoft output-cache store";
    public const string MicrosoftHybrid = "Microsoft HybridCache";
    public const string Fusion = "FusionCache";
    public const string CompleteFusion = "FusionCache, backplane and locker";
}
