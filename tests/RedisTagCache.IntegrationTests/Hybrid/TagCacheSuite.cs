using RedisTagCache.IntegrationTests.Store;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>What the suites of <see cref="ITagCache"/> share.</summary>
public abstract class TagCacheSuite(IEngine engine) : StoreSuite(engine)
{
    protected static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private ITagCache? _cache;
    private ITagCache? _other;

    protected ITagCache Cache => _cache ??= NewCache();

    /// <summary>Another instance, which shares Redis with <see cref="Cache"/> and no memory.</summary>
    protected ITagCache Other => _other ??= NewCache();

    protected ITagCache NewCache(Action<RedisTagCacheOptions>? configure = null) => NewInstance(configure).Get<ITagCache>();

    /// <summary>How long the only entry in Redis has to live: to the end of all windows.</summary>
    protected TimeSpan TimeToLive() => Database.KeyTimeToLive(EntryKey())!.Value;

    protected static Func<CacheContext, CancellationToken, ValueTask<string>> From(Source<string> source) => (_, stop) => source.ReadAsync(stop);

    protected static ValueTask<string> Throws(CacheContext context, CancellationToken cancellationToken) => throw new InvalidDataException("The factory failed.");

    /// <summary>Reads without computing until the value is stale.</summary>
    protected static Task BecomesStaleAsync(ITagCache cache, string key) =>
        Eventually.BecomesTrueAsync(async () => (await cache.TryGetAsync<string>(key)) is { HasValue: true, IsStale: true }, "the value is stale");

    protected static Task BecomesAsync(ITagCache cache, string key, string value) =>
        Eventually.BecomesTrueAsync(async () => (await cache.TryGetAsync<string>(key)) is { HasValue: true, IsStale: false } found && found.Value == value, $"'{value}' is kept");
}
