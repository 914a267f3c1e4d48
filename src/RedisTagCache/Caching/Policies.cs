using Microsoft.Extensions.Caching.Hybrid;

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
