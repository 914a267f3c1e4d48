using Microsoft.AspNetCore.OutputCaching;

namespace RedisTagCache.HttpHistory.Application;

/// <summary>Caches the pages of signed-in users, for each of them.</summary>
internal sealed class UserPolicy : IOutputCachePolicy
{
    public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        context.AllowCacheLookup = context.AllowCacheStorage = true;
        context.CacheVaryByRules.VaryByValues["user"] = context.HttpContext.User.Identity?.Name ?? "";
        return default;
    }

    public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => default;

    public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        // The default policy, which runs before, refuses to store what a signed-in user gets.
        if (context.HttpContext.Response is { StatusCode: 200, Headers.SetCookie.Count: 0 })
            context.AllowCacheStorage = true;
        return default;
    }
}
