using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using RedisTagCache.AspNetCore.OutputCaching.Eviction;
using RedisTagCache.AspNetCore.OutputCaching.Leading;

namespace RedisTagCache.AspNetCore.OutputCaching;

/// <summary>Begins a <see cref="PageRequest"/> for every request, ahead of all other middleware, and ends it: a lease that no page was written with is given back.</summary>
internal sealed class PageFlowMiddleware(PageCache cache, PageStore pages, LeaseEnding ending) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(proceed => context =>
        {
            var page = new PageRequest(pages, cache.Store.Observe());
            context.Features.Set(page);
            LookupFlow.BeginRequest(page);
            page.Begin();
            var running = proceed(context);
            if (!running.IsCompletedSuccessfully || page.Lease is not null || page.FurtherPasses.Count > 0)
                return EndAsync(context, page, running);
            page.IsOver = true;
            return running;
        });
        next(app);
        EvictionCheck.Run(app.ApplicationServices);
    };

    private async Task EndAsync(HttpContext context, PageRequest page, Task running)
    {
        var hasThrown = true;
        try
        {
            await running.ConfigureAwait(false);
            hasThrown = false;
        }
        finally
        {
            page.IsOver = true;
            await ending.EndAsync(page, context, hasThrown).ConfigureAwait(false);
            foreach (var pass in page.FurtherPasses)
            {
                if (pass.TakeLease() is { } lease)
                    await lease.DisposeAsync().ConfigureAwait(false); // its own request may be gone
            }
        }
    }
}
