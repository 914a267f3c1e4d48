using System.Globalization;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.Entries;

namespace RedisTagCache.Caching;

/// <summary>Fills what a policy leaves open: from its profile, from the profile <c>default</c>, from the defaults.</summary>
internal sealed class Policies
{
    public const string DefaultProfile = "default";

    private static readonly EffectivePolicy _defaults = new(
        Lifetime: TimeSpan.FromMinutes(5),
        StaleWindow: TimeSpan.Zero,
        FailSafeWindow: TimeSpan.Zero,
        LocalLifetime: null,
        EagerRefresh: null,
        Jitter: 0,
        FactorySoftTimeout: null,
        RetryDelay: TimeSpan.FromSeconds(10),
        WaitForWrite: false,
        Flags: HybridCacheEntryFlags.None);

    private readonly Dictionary<string, EffectivePolicy> _profiles = new(StringComparer.OrdinalIgnoreCase);
    private readonly EffectivePolicy _default;

    public Policies(IEnumerable<KeyValuePair<string, CachePolicy>> profiles)
    {
        var named = new Dictionary<string, CachePolicy>(profiles, StringComparer.OrdinalIgnoreCase);
        _default = named.TryGetValue(DefaultProfile, out var given) ? Fill(given, _defaults) : _defaults;
        foreach (var (name, policy) in named)
            _profiles[name] = Fill(policy, _default);
    }

    /// <exception cref="ArgumentException">The policy names no profile, or is out of range.</exception>
    public EffectivePolicy Resolve(CachePolicy? policy)
    {
        if (policy is null)
            return _default;
        var profile = policy.Profile is null ? _default : ProfileOf(policy.Profile);
        if (IsOnlyAName(policy))
            return profile;
        if (PolicyRules.Check(policy) is { } wrong)
            throw new ArgumentOutOfRangeException(nameof(policy), wrong.Problem);
        return Fill(policy, profile);
    }

    /// <summary>The layers that take part in a call; as cheap as can be, for hits in memory.</summary>
    public HybridCacheEntryFlags FlagsOf(CachePolicy? policy) =>
        policy is null ? _default.Flags : policy.Flags ?? (policy.Profile is null ? _default.Flags : ProfileOf(policy.Profile).Flags);

    private EffectivePolicy ProfileOf(string name) =>
        _profiles.TryGetValue(name, out var profile) ? profile
            : name.Equals(DefaultProfile, StringComparison.OrdinalIgnoreCase) ? _default
            : throw new ArgumentException($"There is no profile '{name}'. Profiles are set in {nameof(RedisTagCacheOptions)}.{nameof(RedisTagCacheOptions.Profiles)}.", nameof(name));

    private static bool IsOnlyAName(CachePolicy policy) => policy is
    {
        Lifetime: null, StaleWindow: null, FailSafeWindow: null, LocalLifetime: null, EagerRefresh: null, Jitter: null,
        FactorySoftTimeout: null, RetryDelay: null, WaitForWrite: null, Flags: null,
    };

    private static EffectivePolicy Fill(CachePolicy policy, EffectivePolicy open) => new(
        policy.Lifetime ?? open.Lifetime,
        policy.StaleWindow ?? open.StaleWindow,
        policy.FailSafeWindow ?? open.FailSafeWindow,
        policy.LocalLifetime ?? open.LocalLifetime,
        policy.EagerRefresh ?? open.EagerRefresh,
        policy.Jitter ?? open.Jitter,
        policy.FactorySoftTimeout ?? open.FactorySoftTimeout,
        policy.RetryDelay ?? open.RetryDelay,
        policy.WaitForWrite ?? open.WaitForWrite,
        policy.Flags ?? open.Flags);
}

/// <summary>A policy with nothing left open.</summary>
internal sealed record EffectivePolicy(
    TimeSpan Lifetime,
    TimeSpan StaleWindow,
    TimeSpan FailSafeWindow,
    TimeSpan? LocalLifetime,
    double? EagerRefresh,
    double Jitter,
    TimeSpan? FactorySoftTimeout,
    TimeSpan RetryDelay,
    bool WaitForWrite,
    HybridCacheEntryFlags Flags)
{
    public bool ReadsCopies => (Flags & HybridCacheEntryFlags.DisableLocalCacheRead) == 0;

    public bool KeepsCopies => (Flags & HybridCacheEntryFlags.DisableLocalCacheWrite) == 0 && LocalLifetime != TimeSpan.Zero;

    public bool ReadsRedis => (Flags & HybridCacheEntryFlags.DisableDistributedCacheRead) == 0;

    public bool WritesRedis => (Flags & HybridCacheEntryFlags.DisableDistributedCacheWrite) == 0;

    public bool Computes => (Flags & HybridCacheEntryFlags.DisableUnderlyingData) == 0;

    public bool Compresses => (Flags & HybridCacheEntryFlags.DisableCompression) == 0;

    /// <summary>The life of a value that was computed now.</summary>
    /// <param name="now">Milliseconds since 1970.</param>
    public ValueLife LifeFrom(long now)
    {
#pragma warning disable CA5394 // Nothing here is a secret.
        var lifetime = Math.Max(1, Math.Ceiling(Lifetime.TotalMilliseconds * (1 - (Jitter * Random.Shared.NextDouble()))));
#pragma warning restore CA5394
        var freshUntil = now + (long)lifetime;
        var staleUntil = freshUntil + (long)Math.Ceiling(StaleWindow.TotalMilliseconds);
        return new ValueLife(now, freshUntil, staleUntil, staleUntil + (long)Math.Ceiling(FailSafeWindow.TotalMilliseconds));
    }
}

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
