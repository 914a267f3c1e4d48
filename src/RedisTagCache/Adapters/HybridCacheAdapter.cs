using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.Caching;
using RedisTagCache.Entries;

namespace RedisTagCache.Adapters;

/// <summary><see cref="HybridCache"/> in terms of the engine.</summary>
internal sealed class HybridCacheAdapter(TagCache cache, ValueStore values) : HybridCache
{
    private const int MaxAtOnce = 32;
    private const int MaxAtOnceInOutage = 1_024;

    /// <summary>How many keys are removed before it is looked again whether there is an outage.</summary>
    private const int MaxInARow = 256;

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
    public override ValueTask RemoveAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default)
    {
        string[] all = [.. keys ?? []];
        if (Array.Exists(all, string.IsNullOrEmpty))
            throw new ArgumentException("A key must be one character or more, but one of the keys was null or empty. No value was removed.", nameof(keys));
        if (all.Length == 0)
            return default;

        return new ValueTask(UntilAsync(RemoveAllAsync(all), cancellationToken));
    }

    /// <summary>Waits for removals. The caller may stop waiting, the removals go on: what they follow has happened.</summary>
    private static async Task UntilAsync(Task<ExceptionDispatchInfo?> removing, CancellationToken cancellationToken) =>
        (await removing.WaitAsync(cancellationToken).ConfigureAwait(false))?.Throw();

    /// <summary>
    /// Few at a time, so that others find Redis free, and that few are unconfirmed if it fails. All of them, whatever becomes of one. Returns the first failure in place of throwing it, because no caller may
    /// wait for it any more.
    /// </summary>
    private async Task<ExceptionDispatchInfo?> RemoveAllAsync(string[] keys)
    {
        ExceptionDispatchInfo? first = null;
        var isUnavailable = false;
        for (var (start, count) = (0, 0); start < keys.Length; start += count)
        {
            // While every circuit is open, nothing is sent, and each removal waits until it gives up: few at a time would take minutes.
            var isOutage = isUnavailable && !values.IsAnyAvailable;
            count = Math.Min(isOutage ? MaxAtOnceInOutage : MaxInARow, keys.Length - start);
            await Parallel.ForAsync(
                start, start + count, new ParallelOptions { MaxDegreeOfParallelism = isOutage ? MaxAtOnceInOutage : MaxAtOnce }, (i, _) => RemoveOneAsync(keys[i])).ConfigureAwait(false);
        }

        return first;

        async ValueTask RemoveOneAsync(string key)
        {
            try
            {
                await cache.RemoveAsync(key, CancellationToken.None).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // The others are removed all the same; it is returned at the end.
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (e is RedisTagCacheUnavailableException)
                    Volatile.Write(ref isUnavailable, true);
                Interlocked.CompareExchange(ref first, ExceptionDispatchInfo.Capture(e), null);
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
