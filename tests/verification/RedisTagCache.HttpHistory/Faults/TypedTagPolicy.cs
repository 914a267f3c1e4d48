using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using RedisTagCache.HttpHistory.Application;

namespace RedisTagCache.HttpHistory.Faults;

/// <summary>Tags pages with the values of their address as they were typed.</summary>
internal sealed class TypedTagPolicy : IOutputCachePolicy
{
    public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        var values = context.HttpContext.Request.RouteValues;
        var page = context.HttpContext.GetEndpoint()!.Metadata.GetMetadata<PagePlan>()!;
        context.Tags.Add(string.Join(':', new[] { page.Name, values["slug"] as string, values["id"] as string }.Where(static value => value is not null)));
        return default;
    }

    public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => default;

    public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation) => default;
}
