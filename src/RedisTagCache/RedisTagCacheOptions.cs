using StackExchange.Redis;

namespace RedisTagCache;

/// <summary>
/// Options of the cache. Also bound from the configuration section <c>RedisTagCache</c>; what code sets wins over configuration.
/// Validated when the host starts.
/// </summary>
/// <remarks>
/// The connection is taken from the first of these that is there: <see cref="ConnectionMultiplexerFactory"/>, <see cref="ConfigurationOptions"/>,
/// <see cref="Configuration"/>, the <see cref="IConnectionMultiplexer"/> registered in the container. It is opened at first use, never at startup.
/// </remarks>
public sealed class RedisTagCacheOptions
{
    /// <summary>A StackExchange.Redis connection string, such as <c>cache.example.org:6380,ssl=true</c>. What it sets is kept. Default none.</summary>
    public string? Configuration { get; set; }

    /// <summary>The connection in StackExchange.Redis terms. It is copied; what it sets is kept. Default none.</summary>
    public ConfigurationOptions? ConfigurationOptions { get; set; }

    /// <summary>Gives a multiplexer of your own. It is called once, at first use (again after it failed), and the multiplexer is never disposed by the cache. Default none.</summary>
    public Func<Task<IConnectionMultiplexer>>? ConnectionMultiplexerFactory { get; set; }

    /// <summary>
    /// The first part of every key. 1 to 64 ASCII letters, digits, <c>-</c>, <c>_</c> or <c>.</c>; default <c>rtc</c>.
    /// Applications that share a Redis and should not share evictions need different ones.
    /// </summary>
    public string KeyPrefix { get; set; } = "rtc";

    /// <summary>
    /// The name of this build: entries of regions isolated by build are seen only by instances with the same name. 1 to 128 characters.
    /// Default: the first there is of the environment variables <c>DEPLOYMENT_VERSION</c>, <c>GIT_HASH</c>, <c>GITHUB_SHA</c>, <c>SOURCE_VERSION</c>,
    /// <c>BUILD_BUILDID</c>, the entry assembly's informational version where it carries a source revision, and its module version id.
    /// </summary>
    public string? BuildNamespace { get; set; }

    /// <summary>
    /// Whether entries of <c>IDistributedCache</c> are isolated by build too. Default <see langword="false"/>, so that sessions survive a deploy.
    /// </summary>
    public bool IsolateDistributedCacheByBuild { get; set; }

    /// <summary>
    /// The longest that a call waits for Redis. 10 milliseconds to 1 minute; default 1.5 seconds.
    /// Shorter: requests feel trouble with Redis less, and a slow moment is sooner taken for trouble.
    /// </summary>
    public TimeSpan OperationTimeout { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>
    /// Over how many partitions the keys are spread; each lies in one slot of a cluster, and an eviction writes to all of them. 1 to 1,024. Default: what the fleet
    /// already has, else 36 on a cluster and 1 elsewhere. Every instance with the same <see cref="KeyPrefix"/> needs the same, and one that was set to another is
    /// refused: its lookups are misses, and its evictions throw. Set it where a proxy hides a cluster, or for more than 18 primaries.
    /// </summary>
    public int? Partitions { get; set; }

    /// <summary>
    /// How long an eviction is remembered by name. 1 minute to 365 days; default 7 days. An entry written before an eviction that is no longer
    /// remembered by name counts as evicted, whatever its tags: choose it no shorter than the longest lifetime of your tagged entries.
    /// </summary>
    public TimeSpan TagInvalidationRetention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How many evicted tags are remembered by name, in Redis (about 120 bytes each) and in every instance. 1,000 to 10,000,000; default 100,000.
    /// Beyond it the oldest are forgotten, and entries written before those count as evicted.
    /// </summary>
    public int MaxTagInvalidations { get; set; } = 100_000;

    /// <summary>
    /// Policies by name, for <c>HybridCache</c> and <see cref="ITagCache"/>. The one named <c>default</c> holds for calls that say nothing else. Names are
    /// compared without regard to case. Default: none, and the defaults that <see cref="CachePolicy"/> tells.
    /// </summary>
    public IDictionary<string, CachePolicy> Profiles { get; } = new Dictionary<string, CachePolicy>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The longest key of <c>HybridCache</c> and <see cref="ITagCache"/>, in characters. Values of longer ones are computed for each caller and not kept. 1 to 65,536; default 1,024.</summary>
    public int MaximumKeyLength { get; set; } = 1_024;

    /// <summary>Gets or sets the maximum size of a value of <c>HybridCache</c> and <see cref="ITagCache"/>, serialized and before compression. Must be between 1 byte and 256 MiB. The default is 1 MiB. Larger values are returned but not stored.</summary>
    public int MaximumPayloadBytes { get; set; } = 1024 * 1024;

    /// <summary>The memory for this instance's own copies of values, by their serialized size. Zero (no copies) to 64 GiB; default 64 MiB.</summary>
    public long LocalCacheBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How many own copies of values this instance keeps. Zero (none) to 100,000,000; default 100,000.</summary>
    public int LocalCacheEntries { get; set; } = 100_000;

    /// <summary>
    /// Gets or sets whether values are returned from the local cache while Redis is unavailable, within their lifetime, although evictions by other instances are
    /// not known. The default is <see langword="true"/>. With <see langword="false"/>, the factory runs for each call, and if it fails there is no old value.
    /// </summary>
    public bool AllowLocalReadsWhenDisconnected { get; set; } = true;

    /// <summary>
    /// How long the right to compute a value outlives the instance that has it; while that one lives, it is renewed. 500 milliseconds to 5 minutes;
    /// default 5 seconds. Shorter: others take over sooner after a crash. Longer: fewer renewals, and longer pauses of an instance go unnoticed.
    /// </summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a caller waits for a value that another instance computes, before it has it computed itself. Zero to 10 minutes; default 30 seconds.
    /// Choose it longer than your slowest factory, and longer than <see cref="LeaseDuration"/>.
    /// </summary>
    public TimeSpan LeaseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets how long a factory of <c>HybridCache</c> or <see cref="ITagCache"/> holds up others. Must be between 1 second and 1 hour. The default is 2 minutes.
    /// After it, the lease is given back, the other callers start over, and the late value goes to the caller whose factory it is and is not cached. A background
    /// refresh ends. Shorter: a factory that hangs is replaced sooner. Longer: slower factories are cached.
    /// </summary>
    public TimeSpan FactoryTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How values are compressed for Redis. Default <see cref="CacheCompression.None"/>.</summary>
    public CacheCompression Compression { get; set; }

    /// <summary>The serialized size from which values are compressed. 0 bytes to 256 MiB; default 4,096.</summary>
    public int CompressionThreshold { get; set; } = 4_096;

    /// <summary>
    /// Told of everything that the metrics count, at the time and on the thread of it: be quick. What it throws is logged and goes no further. Default none, which
    /// costs nothing.
    /// </summary>
    public Action<CacheEvent>? OnEvent { get; set; }

    /// <summary>Whether <see cref="BuildNamespace"/> is the resolved name, escaped, rather than what the user set.</summary>
    internal bool IsBuildNamespaceResolved { get; set; }

    /// <summary>Where the name was found.</summary>
    internal string BuildNamespaceSource { get; set; } = "";
}
