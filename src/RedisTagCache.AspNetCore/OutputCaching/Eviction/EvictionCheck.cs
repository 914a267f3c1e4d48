using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace RedisTagCache.AspNetCore.OutputCaching.Eviction;

/// <summary>Finds evictions that can never be carried out, when the application starts.</summary>
internal static class EvictionCheck
{
    /// <exception cref="InvalidOperationException">A tag names a value that no request to its endpoint can have.</exception>
    public static void Run(IServiceProvider services)
    {
        foreach (var endpoint in services.GetService<EndpointDataSource>()?.Endpoints.OfType<RouteEndpoint>() ?? [])
        {
            foreach (var eviction in endpoint.Metadata.GetOrderedMetadata<EvictOutputCacheAttribute>())
            {
                foreach (var tag in eviction.Tags.Where(static tag => !string.IsNullOrEmpty(tag)))
                    Check(endpoint, tag);
            }
        }
    }

    private static void Check(RouteEndpoint endpoint, string tag)
    {
        foreach (var name in TagTemplate.Of(tag)?.Names ?? [])
        {
            if (!EndpointNames.MayHave(endpoint, name))
            {
                throw new InvalidOperationException(
                    $"The tag '{tag}' that '{endpoint.DisplayName}' evicts must name a parameter of its route or of its handler, but neither has '{name}'. "
                    + "Rename it, or add the parameter to the route or to the handler.");
            }
        }
    }
}
