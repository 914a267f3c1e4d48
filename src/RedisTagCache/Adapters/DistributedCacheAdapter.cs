using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Caching.Distributed;
using RedisTagCache.Entries;

namespace RedisTagCache.Adapters;

/// <summary><see cref="IDistributedCache"/> in terms of the store: an untagged region of its own.</summary>
internal sealed class DistributedCacheAdapter(TagCacheStore store, bool isIsolatedByBuild, TimeProvider time) : IBufferDistributedCache
{
    private readonly CacheRegion _region = CacheRegion.Distributed(isIsolatedByBuild);

    public byte[]? Get(string key)
    {
        using var lookup = store.Get(Key(key));
        return lookup.HasValue ? lookup.Payload.ToArray() : null;
    }

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        using var lookup = await store.GetAsync(Key(key), token).ConfigureAwait(false);
        return lookup.HasValue ? lookup.Payload.ToArray() : null;
    }

    public bool TryGet(string key, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using var lookup = store.Get(Key(key));
        return TryCopy(lookup, destination);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> TryGetAsync(string key, IBufferWriter<byte> destination, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using var lookup = await store.GetAsync(Key(key), token).ConfigureAwait(false);
        return TryCopy(lookup, destination);
    }

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options)
    {
        ArgumentNullException.ThrowIfNull(value);
        Set(key, new ReadOnlySequence<byte>(value), options);
    }

    public void Set(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options) =>
        store.Set(Key(key), value, Translate(options));

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        return SetAsync(key, new ReadOnlySequence<byte>(value), options, token).AsTask();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SetAsync(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options, CancellationToken token = default) =>
        await store.SetAsync(Key(key), value, CacheVersion.AtWrite, Translate(options), token).ConfigureAwait(false);

    public void Refresh(string key) => store.Refresh(Key(key));

    public Task RefreshAsync(string key, CancellationToken token = default) => store.RefreshAsync(Key(key), token).AsTask();

    public void Remove(string key) => store.Remove(Key(key));

    public Task RemoveAsync(string key, CancellationToken token = default) => store.RemoveAsync(Key(key), token).AsTask();

    private CacheEntryKey Key(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new CacheEntryKey(_region, key);
    }

    private TagCacheEntryOptions Translate(DistributedCacheEntryOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var now = time.GetUtcNow();
        if (options.AbsoluteExpiration <= now)
        {
#pragma warning disable CA2208 // The name that Microsoft's cache gives too.
            throw new ArgumentOutOfRangeException(
                nameof(DistributedCacheEntryOptions.AbsoluteExpiration), options.AbsoluteExpiration, "The absolute expiration must be in the future.");
#pragma warning restore CA2208
        }

        return options.AbsoluteExpirationRelativeToNow is null && options.AbsoluteExpiration is null && options.SlidingExpiration is null
            ? TagCacheEntryOptions.Default
            : new TagCacheEntryOptions
            {
                Lifetime = options.AbsoluteExpirationRelativeToNow ?? options.AbsoluteExpiration - now,
                SlidingExpiration = options.SlidingExpiration,
            };
    }

    private static bool TryCopy(CacheLookup lookup, IBufferWriter<byte> destination)
    {
        if (!lookup.HasValue)
            return false;
        destination.Write(lookup.Payload.Span);
        return true;
    }
}
