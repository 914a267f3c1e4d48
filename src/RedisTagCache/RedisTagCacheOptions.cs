using StackExchange.Redis;

namespace RedisTagCache;

/// <summary>
/// Provides options for a cache. They are also bound from the configuration section <c>RedisTagCache</c>, those of a named cache also from <c>RedisTagCache:Caches:NAME</c>. Values that are set in
/// code override the configuration. The options are validated when the host starts.
/// </summary>
/// <remarks>
/// The connection comes from the first of these that is set: <see cref="ConnectionMultiplexerFactory"/>, <see cref="ConfigurationOptions"/>,
/// <see cref="Configuration"/>, <see cref="ConnectionStringName"/>, the <see cref="IConnectionMultiplexer"/> registered in the container, for a named cache first with its name as the key. It is opened on first use,
/// never at startup. A <see cref="ConnectionStringName"/> in code overrides a <see cref="Configuration"/> in the configuration section, and one in the section of a named cache overrides a <see cref="Configuration"/>
/// in the common section. Caches with the same settings share one connection.
/// </remarks>
public sealed class RedisTagCacheOptions
{
    /// <summary>Gets or sets a StackExchange.Redis connection string, such as <c>cache.example.org:6380,ssl=true</c>. Its settings are not changed. The default is <see langword="null"/>.</summary>
    public string? Configuration { get; set; }

    /// <summary>Gets or sets the name of a connection string in the configuration section <c>ConnectionStrings</c>. The default is <see langword="null"/>.</summary>
    public string? ConnectionStringName { get; set; }

    /// <summary>Gets or sets the connection options of StackExchange.Redis. They are copied, and their settings are not changed. The default is <see langword="null"/>.</summary>
    public ConfigurationOptions? ConfigurationOptions { get; set; }

    /// <summary>Gets or sets a delegate that returns your own multiplexer. It is called once, on first use, and again if it failed. The cache never disposes the multiplexer. The default is <see langword="null"/>.</summary>
    public Func<Task<IConnectionMultiplexer>>? ConnectionMultiplexerFactory { get; set; }

    /// <summary>
    /// Gets or sets a delegate that completes the connection options before each connection that the cache opens, for example with a token in place of a password. It gets a copy of
    /// <see cref="ConfigurationOptions"/> or <see cref="Configuration"/>. The default is <see langword="null"/>.
    /// </summary>
    public Func<ConfigurationOptions, Task>? ConfigureConnection { get; set; }

    /// <summary>
    /// Gets or sets whether the cache is used. With <see langword="false"/>, lookups miss, writes are skipped, evictions succeed without effect, factories and pages run for each caller, and no connection is opened.
    /// It is read at startup. The default is <see langword="true"/>.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Gets or sets the first part of every key. Must be 1 to 64 ASCII letters, digits, <c>-</c>, <c>_</c> or <c>.</c>. The default is <c>rtc</c>. For a
    /// named cache, it is the prefix in the configuration section <c>RedisTagCache</c>, or <c>rtc</c>, followed by a period and the name. If applications share a Redis server but not their evictions, give each its own prefix.
    /// </summary>
    public string KeyPrefix { get; set; } = "rtc";

    /// <summary>
    /// Gets or sets the name of this build. In regions that are isolated by build, instances read only entries of builds with the same name. Must be 1 to 128 characters.
    /// The default is the first that is set of the environment variables <c>DEPLOYMENT_VERSION</c>, <c>GIT_HASH</c>, <c>GITHUB_SHA</c>, <c>SOURCE_VERSION</c>,
    /// <c>BUILD_BUILDID</c>, the entry assembly's informational version if it contains a source revision, and its module version ID.
    /// </summary>
    public string? BuildNamespace { get; set; }

    /// <summary>
    /// Gets or sets whether entries of <c>IDistributedCache</c> are isolated by build too. The default is <see langword="false"/>, so sessions survive a deployment.
    /// </summary>
    public bool IsolateDistributedCacheByBuild { get; set; }

    /// <summary>
    /// Gets or sets how long a call waits for Redis. Must be between 10 milliseconds and 1 minute. The default is 1.5 seconds.
    /// Shorter: Redis failures delay requests less, but a short delay of Redis counts as a failure sooner.
    /// </summary>
    public TimeSpan OperationTimeout { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>
    /// Gets or sets the number of partitions of the keys. Each partition is in one slot of a cluster, and an eviction writes to all of them. Must be between 1 and 1,024. The default is the number
    /// that the fleet already uses. Otherwise, it is 12 on a cluster of 1, 2, 3, 4, or 6 primaries, 36 on another cluster, and 1 elsewhere. All instances with the same <see cref="KeyPrefix"/> must
    /// use the same number. An instance with another number is rejected: its lookups miss, and its evictions throw. Set it if a proxy hides a cluster, if the cluster will grow, or for more than 18
    /// primaries.
    /// </summary>
    public int? Partitions { get; set; }

    /// <summary>
    /// Gets or sets how long a tag invalidation is remembered by name. Must be between 1 minute and 365 days. The default is 7 days. An entry that was written before an invalidation that is no longer
    /// remembered counts as evicted, whatever its tags. Use at least the longest lifetime of your tagged entries.
    /// </summary>
    public TimeSpan TagInvalidationRetention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// Gets or sets the maximum number of tag invalidations that are remembered by name, in Redis (about 120 bytes each) and in every instance. Must be between 1,000 and 10,000,000. The default is 100,000.
    /// If there are more, the oldest are dropped, and entries that were written before them count as evicted.
    /// </summary>
    public int MaxTagInvalidations { get; set; } = 100_000;

    /// <summary>
    /// Gets the policies by name, for <c>HybridCache</c> and <see cref="ITagCache"/>. The policy <c>default</c> applies to calls that name no other. Names are
    /// not case-sensitive. By default, there are none, and the defaults of <see cref="CachePolicy"/> apply.
    /// </summary>
    public IDictionary<string, CachePolicy> Profiles { get; } = new Dictionary<string, CachePolicy>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets or sets the maximum length of a key of <c>HybridCache</c> and <see cref="ITagCache"/>, in characters. Must be between 1 and 65,536. The default is 1,024. Values with longer keys are computed for each caller and not stored.</summary>
    public int MaximumKeyLength { get; set; } = 1_024;

    /// <summary>Gets or sets the maximum size of a value of <c>HybridCache</c> and <see cref="ITagCache"/>, serialized and before compression. Must be between 1 byte and 256 MiB. The default is 1 MiB. Larger values are returned but not stored.</summary>
    public int MaximumPayloadBytes { get; set; } = 1024 * 1024;

    /// <summary>Gets or sets the maximum size of the local cache of values, by their serialized size. Must be between zero (no local cache) and 64 GiB. The default is 64 MiB.</summary>
    public long LocalCacheBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Gets or sets the maximum number of values in the local cache. Must be between zero (no local cache) and 100,000,000. The default is 100,000.</summary>
    public int LocalCacheEntries { get; set; } = 100_000;

    /// <summary>
    /// Gets or sets whether values are returned from the local cache while Redis is unavailable, within their lifetime, although evictions by other instances are
    /// not known. The default is <see langword="true"/>. With <see langword="false"/>, the factory runs for each call, and if it fails there is no old value.
    /// </summary>
    public bool AllowLocalReadsWhenDisconnected { get; set; } = true;

    /// <summary>
    /// Gets or sets how long a lease stays valid after its owner stops renewing it. Must be between 500 milliseconds and 5 minutes.
    /// The default is 5 seconds. Shorter: other instances take over sooner after a crash. Longer: fewer renewals, and a paused instance keeps its leases longer.
    /// </summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Gets or sets how long a caller waits for a value that another instance computes, before it runs the factory itself. Must be between zero and 10 minutes. The default is 30 seconds.
    /// Use more than the time of your slowest factory, and more than <see cref="LeaseDuration"/>.
    /// </summary>
    public TimeSpan LeaseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets how long other callers wait for a factory of <c>HybridCache</c> or <see cref="ITagCache"/>. Must be between 1 second and 1 hour. The default is 2 minutes.
    /// After that time, the lease is released, and the other callers start over. A late value is returned to the caller whose factory it is, and is not cached. A background
    /// refresh ends. Shorter: a factory that hangs is replaced sooner. Longer: slower factories are cached.
    /// </summary>
    public TimeSpan FactoryTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Gets or sets how values are compressed for Redis. The default is <see cref="CacheCompression.None"/>.</summary>
    public CacheCompression Compression { get; set; }

    /// <summary>Gets or sets the serialized size from which values are compressed. Must be between 0 bytes and 256 MiB. The default is 4,096 bytes.</summary>
    public int CompressionThreshold { get; set; } = 4_096;

    /// <summary>
    /// Gets or sets a delegate that is called for everything that the metrics count, at once and on the same thread, so it must be fast. Its exceptions are logged and have no other effect. The default is <see langword="null"/>, which
    /// costs nothing.
    /// </summary>
    public Action<CacheEvent>? OnEvent { get; set; }

    /// <summary>The connection that the configuration alone gives.</summary>
    internal (string? Configuration, string? Name) ConfiguredConnection { get; set; }

    /// <summary>Whether <see cref="BuildNamespace"/> is the resolved name, escaped, rather than what the user set.</summary>
    internal bool IsBuildNamespaceResolved { get; set; }

    /// <summary>Where the name was found.</summary>
    internal string BuildNamespaceSource { get; set; } = "";

    /// <summary>Runs when the host starts, with the application's services and the name of the cache.</summary>
    internal Action<IServiceProvider, string>? AtStartup { get; set; }
}
