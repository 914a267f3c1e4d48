using RedisTagCache.AspNetCore.OutputCaching;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts output caching into the pipeline.</summary>
public static class RedisTagOutputCacheApplicationBuilderExtensions
{
    /// <summary>
    /// <c>UseOutputCache()</c>, with refreshes of stale pages behind their visitors. It stands in the same place: after routing, CORS,
    /// authentication and request localization.
    /// </summary>
    /// <param name="app">The pipeline.</param>
    /// <returns>The pipeline.</returns>
    /// <exception cref="InvalidOperationException"><c>AddRedisTagOutputCache</c> was not called.</exception>
    public static IApplicationBuilder UseRedisTagOutputCache(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.ApplicationServices.GetService(typeof(PageStore)) is null)
            throw new InvalidOperationException("UseRedisTagOutputCache needs services.AddRedisTagOutputCache().");
        app.Use(pipeline => context =>
        {
            if (PageRequest.Of(context) is { } page)
                page.Reach(pipeline, context);
            return pipeline(context);
        });
        return app.UseOutputCache();
    }
}
