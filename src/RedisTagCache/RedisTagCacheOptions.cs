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
    /// The name of this build: entries of surfaces isolated by build are seen only by instances with the same name. 1 to 128 characters.
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
    /// How long an eviction is remembered by name. 1 minute to 365 days; default 7 days. An entry written before an eviction that is no longer
    /// remembered by name counts as evicted, whatever its tags: choose it no shorter than the longest lifetime of your tagged entries.
    /// </summary>
    public TimeSpan MarkRetention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How many evicted tags are remembered by name, in Redis (about 120 bytes each) and in every instance. 1,000 to 10,000,000; default 100,000.
    /// Beyond it the oldest are forgotten, and entries written before those count as evicted.
    /// </summary>
    public int MaximumMarks { get; set; } = 100_000;

    /// <summary>Whether <see cref="BuildNamespace"/> is the resolved name, escaped, rather than what the user set.</summary>
    internal bool IsBuildNamespaceResolved { get; set; }

    /// <summary>How many partitions the key space has. One until clusters are supported; tests use more.</summary>
    internal int PartitionCount { get; set; } = 1;
}
