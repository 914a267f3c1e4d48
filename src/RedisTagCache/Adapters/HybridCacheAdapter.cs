using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.Caching;

namespace RedisTagCache.Adapters;

/// <summary><see cref="HybridCache"/> in terms of the engine.</summary>
internal sealed class HybridCacheAdapter(TagCache cache) : HybridCache
{
    private const int MaxAtOnce = 32;
    private const int MaxAtOnceInOutage = 1_024;

    public override ValueTask<T> GetOrCreateAsync<TState, T>(
        string key,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> factory,
        HybridCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(factory);
        return cache.TryGetCopy(key, FlagsOf(options), out T? value)
            ? new(value!)
            : cache.GetOrCreateAsync(key, new PlainFactory<TState, T>(state, factory), Translate(options), tags, cancellationToken);
    }

    public override ValueTask<T> GetOrCreateAsync<TState, T>(
        ReadOnlySpan<char> key,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> factory,
        HybridCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default) =>
        !key.IsEmpty && cache.TryGetCopy(key, FlagsOf(options), out T? value)
            ? new(value!)
            : GetOrCreateAsync(key.ToString(), state, factory, options, tags, cancellationToken);

    public override ValueTask SetAsync<T>(
        string key, T value, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default) =>
        cache.SetAsync(key, value, Translate(options), tags, cancellationToken);

    public override ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default) => cache.RemoveAsync(key, cancellationToken);

    /// <remarks>As documented for the base class, null is nothing to remove.</remarks>
    public override ValueTask RemoveAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default) =>
        keys is null ? default : new ValueTask(RemoveAllAsync(keys, cancellationToken));

    /// <summary>Few at a time, so that others find Redis free; all of them, whatever becomes of one.</summary>
    private async Task RemoveAllAsync(IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        Exception? first = null;
        foreach (var chunk in keys.Chunk(MaxAtOnceInOutage))
        {
            if (Volatile.Read(ref first) is null)
                await Parallel.ForEachAsync(chunk, new ParallelOptions { MaxDegreeOfParallelism = MaxAtOnce }, (key, _) => RemoveOneAsync(key)).ConfigureAwait(false);
            else
                await Task.WhenAll(chunk.Select(key => RemoveOneAsync(key).AsTask())).ConfigureAwait(false); // nothing is sent: each waits until it gives up
        }

        if (first is not null)
            ExceptionDispatchInfo.Throw(first);

        async ValueTask RemoveOneAsync(string key)
        {
            try
            {
                await cache.RemoveAsync(key, cancellationToken).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // The others are removed all the same; it is thrown at the end.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Interlocked.CompareExchange(ref first, e, null);
            }
        }
    }

    // As with Microsoft's implementation, no tag is nothing to remove.
    public override ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default) =>
        string.IsNullOrEmpty(tag) ? default : cache.EvictByTagAsync(tag, cancellationToken);

    public override ValueTask RemoveByTagAsync(IEnumerable<string> tags, CancellationToken cancellationToken = default) =>
        cache.EvictByTagAsync(tags ?? [], cancellationToken);

    private HybridCacheEntryFlags FlagsOf(HybridCacheEntryOptions? options) => options?.Flags ?? cache.DefaultFlags;

    private static CachePolicy? Translate(HybridCacheEntryOptions? options) => options is null
        ? null
        : new CachePolicy { Lifetime = Bounded(options.Expiration), LocalLifetime = Bounded(options.LocalCacheExpiration), Flags = options.Flags };

    /// <summary>Callers that want no expiration pass the largest number there is.</summary>
    private static TimeSpan? Bounded(TimeSpan? span) => span > PolicyRules.Longest ? PolicyRules.Longest : span;
}
