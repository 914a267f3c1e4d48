using Microsoft.AspNetCore.OutputCaching;

namespace RedisTagCache.AspNetCore.Operations;

/// <summary>Keeps a response out of output caching, whatever the policies before it say.</summary>
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
