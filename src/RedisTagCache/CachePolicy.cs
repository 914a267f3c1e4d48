using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Caching.Hybrid;

namespace RedisTagCache;

/// <summary>
/// How a value is kept. What is left open is taken from <see cref="Profile"/>, and what that leaves open from the profile <c>default</c>.
/// Immutable, so that one instance can serve many calls.
/// </summary>
/// <remarks>
/// <code>
/// written          Lifetime              + StaleWindow             + FailSafeWindow
///    |-----fresh------|--returned, and refreshed---|--returned if the factory fails----|
/// </code>
/// </remarks>
public sealed record CachePolicy
{
    /// <summary>The name of a profile in <see cref="RedisTagCacheOptions.Profiles"/>. Default: <c>default</c>.</summary>
    public string? Profile { get; init; }

    /// <summary>How long the value is fresh. One millisecond to 3,650 days; default 5 minutes.</summary>
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
    /// Evictions and removals reach copies by message; shorter bounds the memory of copies rarely used.
    /// </summary>
    public TimeSpan? LocalLifetime { get; init; }

    /// <summary>The part of <see cref="Lifetime"/> after which the first caller has the value refreshed, without anybody waiting. 0.1 to 0.99; default none.</summary>
    public double? EagerRefresh { get; init; }

    /// <summary>By which part, at most and at random, <see cref="Lifetime"/> is shortened, so that what was written together does not expire together. 0 to 0.9; default 0.</summary>
    public double? Jitter { get; init; }

    /// <summary>
    /// Gets how long a caller waits for the factory if there is an old value within <see cref="FailSafeWindow"/> to return instead. The factory continues, and its value is stored.
    /// Must be between 1 millisecond and 1 hour. By default, callers wait until the factory is done.
    /// </summary>
    public TimeSpan? FactorySoftTimeout { get; init; }

    /// <summary>Gets how long all instances return the old value without another try after a factory failed. Must be between zero and 1 hour. The default is 10 seconds.</summary>
    public TimeSpan? RetryDelay { get; init; }

    /// <summary>Which layers take part in the call, as documented for <c>HybridCache</c>. Default: all.</summary>
    public HybridCacheEntryFlags? Flags { get; init; }

    /// <summary>A policy that is a profile by its name.</summary>
    /// <param name="profile">The name.</param>
    [SuppressMessage("Usage", "CA2225:Operator overloads have named alternates", Justification = "The property Profile is the alternate.")]
    public static implicit operator CachePolicy(string profile)
    {
        ArgumentException.ThrowIfNullOrEmpty(profile);
        return new CachePolicy { Profile = profile };
    }
}
