using Microsoft.AspNetCore.OutputCaching;

namespace RedisTagCache.AspNetCore.Operations;

/// <summary>Excludes a response from output caching, whatever earlier policies say.</summary>
internal sealed class NeverCached : IOutputCachePolicy
{
    public static NeverCached Instance { get; } = new();

    public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation) => Forbid(context);

    public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => default;

    public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation) => Forbid(context);

    private static ValueTask Forbid(OutputCacheContext context)
    {
        context.EnableOutputCaching = false;
        context.AllowCacheLookup = false;
        context.AllowCacheStorage = false;
        return default;
    }
}
