using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RedisTagCache.AspNetCore.Diagnostics;

namespace RedisTagCache.AspNetCore.Eviction;

/// <summary>Carries out what <see cref="EvictOutputCacheAttribute"/> says, when the status is known and nothing has been sent.</summary>
internal sealed class EvictAfterResponse(ITagCacheStore store, TagTemplates templates, ILogger<EvictAfterResponse> logger)
{
    public void Prepare(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<EvictOutputCacheAttribute>() is not null)
            Begin(context);
    }

    // Apart, so that requests that evict nothing make no closure.
    private void Begin(HttpContext context) => context.Response.OnStarting(() => EvictAsync(context));

    private async Task EvictAsync(HttpContext context)
    {
        if (context.Response.StatusCode >= StatusCodes.Status400BadRequest)
            return;
        var evictions = context.GetEndpoint()?.Metadata.GetOrderedMetadata<EvictOutputCacheAttribute>() ?? [];
        try
        {
            foreach (var kind in evictions.GroupBy(static eviction => eviction.Soft))
            {
                var tags = templates.FillAll(kind.SelectMany(static eviction => eviction.Tags), context);
                if (kind.Key)
                    await store.ExpireByTagAsync(tags).ConfigureAwait(false);
                else
                    await store.EvictByTagAsync(tags).ConfigureAwait(false);
            }
        }
        catch (RedisTagCacheUnavailableException e)
        {
            Log.EvictionNotConfirmed(logger, e); // what the response tells has happened
        }
    }
}
