using Microsoft.Extensions.Caching.Hybrid;

namespace RedisTagCache;

/// <summary>
/// Specifies how a value is cached. Properties that are not set are taken from <see cref="Profile"/>, and those that it does not set from the profile <c>default</c>.
/// Immutable, so one instance can be used for many calls.
/// </summary>
/// <remarks>
/// <code>
/// written          Lifetime              + StaleWindow             + FailSafeWindow
///    |-----fresh------|--returned, and refreshed---|--returned if the factory fails----|
/// </code>
/// </remarks>
public sealed record CachePolicy
{
    /// <summary>Gets the name of a profile in <see cref="RedisTagCacheOptions.Profiles"/>. The default is <c>default</c>.</summary>
    public string? Profile { get; init; }

    /// <summary>Gets how long the value is fresh. Must be between 1 millisecond and 3,650 days. The default is 5 minutes.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>
    /// Gets how long after <see cref="Lifetime"/> the value is still returned at once while one instance of the fleet refreshes it. Must be between zero and 3,650 days. The default is zero.
    /// A value that was expired by tag is returned until the end of both.
    /// </summary>
    public TimeSpan? StaleWindow { get; init; }

    /// <summary>Gets how long after the stale window the value is returned if the factory fails or takes longer than <see cref="FactorySoftTimeout"/>. Must be between zero and 3,650 days. The default is zero.</summary>
    public TimeSpan? FailSafeWindow { get; init; }

    /// <summary>
    /// Gets how long an instance returns the value from its local cache without a lookup in Redis, never longer than the value is fresh or stale. Must be between zero (no local cache) and 3,650 days. By default, as long as the value is fresh or stale.
    /// Evictions and removals reach the local cache by message. Shorter: values that are rarely used take up memory for less time.
    /// </summary>
    public TimeSpan? LocalLifetime { get; init; }

    /// <summary>Gets the fraction of <see cref="Lifetime"/> after which the first call starts a background refresh of the value. Must be between 0.1 and 0.99. By default, there is no eager refresh.</summary>
    public double? EagerRefresh { get; init; }

    /// <summary>Gets the maximum fraction by which <see cref="Lifetime"/> is shortened at random, so that values that were written together do not expire together. Must be between 0 and 0.9. The default is 0.</summary>
    public double? Jitter { get; init; }

    /// <summary>
    /// Gets how long a caller waits for the factory if there is an old value within <see cref="FailSafeWindow"/> to return instead. The factory continues, and its value is stored.
    /// Must be between 1 millisecond and 1 hour. By default, callers wait until the factory is done.
    /// </summary>
    public TimeSpan? FactorySoftTimeout { get; init; }

    /// <summary>Gets how long all instances return the old value without another try after a factory failed. Must be between zero and 1 hour. The default is 10 seconds.</summary>
    public TimeSpan? RetryDelay { get; init; }

    /// <summary>
    /// Gets whether a call that computes a value returns only after Redis has responded to the write. By default, it returns as soon as the value is computed, while the write is on its way. Until the write has ended,
    /// no other instance computes the value.
    /// </summary>
    public bool? WaitForWrite { get; init; }

    /// <summary>Gets the layers that take part in the call, as documented for <c>HybridCache</c>. By default, all of them.</summary>
    public HybridCacheEntryFlags? Flags { get; init; }
}
