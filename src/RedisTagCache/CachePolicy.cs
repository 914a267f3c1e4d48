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
///    |-----fresh------|--given out, and refreshed--|--given out when the factory fails--|
/// </code>
/// </remarks>
public sealed record CachePolicy
{
    /// <summary>The name of a profile in <see cref="RedisTagCacheOptions.Profiles"/>. Default: <c>default</c>.</summary>
    public string? Profile { get; init; }

    /// <summary>How long the value is fresh. One millisecond to 3,650 days; default 5 minutes.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>
    /// How long after <see cref="Lifetime"/> the value is still given out at once, while one instance of the fleet refreshes it. Zero to 3,650 days; default zero.
    /// It also bounds nothing else: a softly expired value is given out until the end of both.
    /// </summary>
    public TimeSpan? StaleWindow { get; init; }

    /// <summary>How long after that the value is given out when the factory fails or takes longer than <see cref="FactorySoftTimeout"/>. Zero to 3,650 days; default zero.</summary>
    public TimeSpan? FailSafeWindow { get; init; }

    /// <summary>
    /// How long an instance gives out its own copy without looking into Redis, never longer than the value is fresh or stale. Zero (no copies) to 3,650 days; default: as long as that.
    /// Evictions and removals reach copies by message; shorter bounds the memory of copies rarely used.
    /// </summary>
    public TimeSpan? LocalLifetime { get; init; }

    /// <summary>The part of <see cref="Lifetime"/> after which the first caller has the value refreshed, without anybody waiting. 0.1 to 0.99; default none.</summary>
    public double? EagerRefresh { get; init; }

    /// <summary>By which part, at most and at random, <see cref="Lifetime"/> is shortened, so that what was written together does not expire together. 0 to 0.9; default 0.</summary>
    public double? Jitter { get; init; }

    /// <summary>
    /// How long a caller waits for the factory when there is an old value within <see cref="FailSafeWindow"/> to give out instead. The factory goes on, and its value is kept.
    /// One millisecond to 1 hour; default: until it is done.
    /// </summary>
    public TimeSpan? FactorySoftTimeout { get; init; }

    /// <summary>How long after a factory failed the old value is given out without another try, by any instance. Zero to 1 hour; default 10 seconds.</summary>
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
