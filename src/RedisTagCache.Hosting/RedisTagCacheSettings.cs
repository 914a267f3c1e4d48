namespace RedisTagCache.Hosting;

/// <summary>
/// Provides settings for what is registered with a cache. The switches are also bound from the configuration section <c>RedisTagCache</c>, those of a named cache also from
/// <c>RedisTagCache:Caches:NAME</c>. They are read when the cache is added.
/// </summary>
public sealed class RedisTagCacheSettings
{
    /// <summary>
    /// Gets or sets a StackExchange.Redis connection string. The default is the connection string of the name that was passed, or <see langword="null"/> if there is none when the cache is added.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>Gets or sets whether the health check of the cache is not registered. The default is <see langword="false"/>.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>
    /// Gets or sets whether the metrics are not registered with OpenTelemetry. The default is <see langword="false"/>. All caches have the same meter, so it is registered unless each of them disables it.
    /// </summary>
    public bool DisableMetrics { get; set; }

    /// <summary>
    /// Gets or sets whether the traces are not registered with OpenTelemetry. The default is <see langword="false"/>. All caches have the same activity source, so it is registered unless each of them disables it.
    /// </summary>
    public bool DisableTracing { get; set; }
}
