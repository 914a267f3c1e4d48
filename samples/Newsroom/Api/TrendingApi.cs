using Newsroom.Data;

namespace Newsroom.Api;

/// <summary>Serves cached data in a response that is not cached, because data in memory is fast enough without a cached page.</summary>
public static class TrendingApi
{
    public static void MapTrendingApi(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/trending", (TrendingNames trending, CancellationToken cancellationToken) => trending.GetAsync(cancellationToken));
}
