using Newsroom.Data;

namespace Newsroom.Api;

/// <summary>The data itself is cached here, not the response: what an instance has in its memory needs no page around it.</summary>
public static class TrendingApi
{
    public static void MapTrendingApi(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/trending", (TrendingNames trending, CancellationToken cancellationToken) => trending.GetAsync(cancellationToken));
}
