using System.Diagnostics;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.Entries;
using RedisTagCache.Invalidation;

namespace RedisTagCache.Caching;

/// <summary>One call for a value, as far as it concerns the layers below: where, by what, how, and with which tags.</summary>
internal sealed record ValueCall<T>(
    ValueAddress Address, ValueFactory<T> Factory, CachePolicy Given, EffectivePolicy Policy, string[] Tags, IHybridCacheSerializer<T> Serializer)
{
    public string Name => Address.Name;

    /// <summary>What was known of evictions when the caller began to read what the value may be made of; nothing when that is not known.</summary>
    public CacheMoment? Moment { get; init; }

    /// <summary>Gets the activity of the call; null without a listener.</summary>
    public Activity? Activity { get; init; }
}
