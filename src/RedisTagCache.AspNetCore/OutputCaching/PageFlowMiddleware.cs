using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using RedisTagCache.AspNetCore.Eviction;
using RedisTagCache.AspNetCore.Refresh;

namespace RedisTagCache.AspNetCore.OutputCaching;

/// <summary>Begins a <see cref="PageRequest"/> for every request, ahead of all other middleware, and ends it: a lease that no page was written with is given back.</summary>
internal sealed class PageFlowMiddleware(ITagCacheStore store, PageStore pages, RefreshAnswers answers, IOptions<RedisTagOutputCacheOptions> options) : IStartupFilter
{
    /// <summary>After an error nobody waits for the next try, and soon one is asked to lead again.</summary>
    private static readonly TimeSpan _failedFor = TimeSpan.FromSeconds(1);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(proceed => context =>
        {
            var page = new PageRequest(pages, store.Observe());
            context.Features.Set(page);
            LookupFlow.BeginRequest(page);
            page.Begin();
            var running = proceed(context);
            return running.IsCompletedSuccessfully && page.Lease is null ? running : EndAsync(context, page, running);
        });
        next(app);
        EvictionCheck.Run(app.ApplicationServices);
    };

    private async Task EndAsync(HttpContext context, PageRequest page, Task running)
    {
        var isFailed = true;
        var hasThrown = true;
        try
        {
            await running.ConfigureAwait(false);
            hasThrown = false;
            isFailed = context.Response.StatusCode >= StatusCodes.Status500InternalServerError;
        }
        finally
        {
            if (page.Lease is { } lease)
            {
                if (page.IsAborted || context.RequestAborted.IsCancellationRequested || (page.Renews is not null && !hasThrown && RefreshAnswers.IsPart(context)))
                    await lease.DisposeAsync().ConfigureAwait(false); // another one renders it
                else if (page.Renews is { } stale)
                    await answers.EndAsync(stale, lease, isGone: !hasThrown && !page.IsLate && RefreshAnswers.EndsPage(context.Response.StatusCode)).ConfigureAwait(false);
                else
                    await lease.PassAsync(isFailed ? _failedFor : options.Value.UncacheableFor).ConfigureAwait(false);
            }
        }
    }
}
