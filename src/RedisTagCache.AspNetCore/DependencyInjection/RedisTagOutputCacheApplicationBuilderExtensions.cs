using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.AspNetCore.OutputCaching;
using RedisTagCache.AspNetCore.OutputCaching.Leading;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Provides an extension method that adds output caching to the pipeline.</summary>
public static class RedisTagOutputCacheApplicationBuilderExtensions
{
    /// <summary>
    /// Adds output caching like <c>UseOutputCache()</c>, with background refreshes of stale pages. Call it in the same place: after routing, CORS,
    /// authentication, authorization, and request localization.
    /// </summary>
    /// <param name="app">The application builder.</param>
    /// <returns>The same application builder.</returns>
    /// <exception cref="InvalidOperationException"><c>AddRedisTagOutputCache</c> was not called.</exception>
    public static IApplicationBuilder UseRedisTagOutputCache(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.ApplicationServices.GetService(typeof(PageStore)) is null)
            throw new InvalidOperationException("UseRedisTagOutputCache requires services.AddRedisTagOutputCache().");
        var ending = app.ApplicationServices.GetRequiredService<LeaseEnding>();
        app.Use(pipeline => context =>
        {
            if (PageRequest.Of(context) is not { } page)
                return pipeline(context);
            page.Reach(pipeline, context);
            var running = pipeline(context);
            return page.FurtherPasses.Count == 0 ? running : EndAsync(ending, page, context, running);
        });
        return app.UseOutputCache();
    }

    /// <summary>Ends a further pass of a request, such as one of a batch, when its own response has ended.</summary>
    private static async Task EndAsync(LeaseEnding ending, PageRequest page, HttpContext context, Task running)
    {
        var hasThrown = true;
        try
        {
            await running.ConfigureAwait(false);
            hasThrown = false;
        }
        finally
        {
            foreach (var pass in page.FurtherPasses)
            {
                if (pass.Context?.HttpContext == context)
                    await ending.EndAsync(pass, context, hasThrown).ConfigureAwait(false);
            }

            page.Forget(context);
        }
    }
}
