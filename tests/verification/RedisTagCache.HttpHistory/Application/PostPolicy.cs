using Microsoft.AspNetCore.OutputCaching;

namespace RedisTagCache.HttpHistory.Application;

/// <summary>Caches what is asked for with POST.</summary>
internal sealed class PostPolicy : IOutputCachePolicy
{
    public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        var isAnonymous = context.HttpContext.User.Identity?.IsAuthenticated != true;
        context.EnableOutputCaching = context.AllowLocking = true;
        context.AllowCacheLookup = context.AllowCacheStorage = isAnonymous;
        return default;
    }

    public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => default;

    public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        if (context.HttpContext.Response is not { StatusCode: 200, Headers.SetCookie.Count: 0 })
            context.AllowCacheStorage = false;
        return default;
    }
}
