using System.Globalization;

namespace RedisTagCache.Caching;

/// <summary>What values a policy takes.</summary>
internal static class PolicyRules
{
    /// <summary>The longest of all times.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(3_650);

    private static readonly TimeSpan _hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan _millisecond = TimeSpan.FromMilliseconds(1);

    /// <summary>The first thing that is wrong with a policy, and the range accepted; nothing when all is well.</summary>
    public static (string Property, string Problem)? Check(CachePolicy policy) =>
        Between(nameof(policy.Lifetime), policy.Lifetime, _millisecond, Longest)
        ?? Between(nameof(policy.StaleWindow), policy.StaleWindow, TimeSpan.Zero, Longest)
        ?? Between(nameof(policy.FailSafeWindow), policy.FailSafeWindow, TimeSpan.Zero, Longest)
        ?? Between(nameof(policy.LocalLifetime), policy.LocalLifetime, TimeSpan.Zero, Longest)
        ?? Between(nameof(policy.EagerRefresh), policy.EagerRefresh, 0.1, 0.99)
        ?? Between(nameof(policy.Jitter), policy.Jitter, 0, 0.9)
        ?? Between(nameof(policy.FactorySoftTimeout), policy.FactorySoftTimeout, _millisecond, _hour)
        ?? Between(nameof(policy.RetryDelay), policy.RetryDelay, TimeSpan.Zero, _hour);

    private static (string Property, string Problem)? Between<T>(string property, T? value, T lowest, T highest)
        where T : struct, IComparable<T> =>
        value is { } given && !(given.CompareTo(lowest) >= 0 && given.CompareTo(highest) <= 0)
            ? (property, string.Create(CultureInfo.InvariantCulture, $"{property} must be between {lowest} and {highest}, but was {given}."))
            : null;
}
