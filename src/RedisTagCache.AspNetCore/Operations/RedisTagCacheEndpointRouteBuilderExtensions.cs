using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RedisTagCache.AspNetCore;
using RedisTagCache.AspNetCore.Diagnostics;
using RedisTagCache.AspNetCore.Operations;
using RedisTagCache.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Provides an extension method that maps the operations page.</summary>
public static class RedisTagCacheEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps a page that shows the activity of this instance's caches and the entries in Redis, and that can evict, expire and remove them, with its JSON endpoints.
    /// The cache does not connect before the page is opened, and output caching never stores the page.
    /// </summary>
    /// <remarks>
    /// Outside of the Development environment, every request is rejected with an <see cref="InvalidOperationException"/> unless the endpoints have an authorization policy of
    /// their own and the authorization middleware has run for them. Call <c>RequireAuthorization</c> on the result. A fallback policy, or a policy that
    /// <c>AllowAnonymous</c> overrides, is not sufficient. To open the page without a policy, set <see cref="RedisTagCacheEndpointOptions.AllowAnonymous"/>.
    /// </remarks>
    /// <param name="endpoints">The application or a group.</param>
    /// <param name="pattern">The path of the page. Its endpoints are below it. The default is <c>/_cache</c>.</param>
    /// <param name="configure">Sets the options of the page.</param>
    /// <returns>A builder for all endpoints, for conventions such as <c>RequireAuthorization</c> or <c>RequireHost</c>.</returns>
    /// <exception cref="InvalidOperationException">The cache is not registered.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static IEndpointConventionBuilder MapRedisTagCache(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern = "/_cache", Action<RedisTagCacheEndpointOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        var options = new RedisTagCacheEndpointOptions();
        configure?.Invoke(options);
        options.Validate();
        var services = endpoints.ServiceProvider;
        if (services.GetService<RegisteredCaches>() is not { Names.Count: > 0 } caches)
            throw new InvalidOperationException("The operations page requires the cache. Call services.AddRedisTagCache() or services.AddRedisTagOutputCache().");

        var isOpen = options.AllowAnonymous || services.GetService<IHostEnvironment>()?.IsDevelopment() == true;
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RedisTagCacheEndpointRouteBuilderExtensions).Assembly.GetName().Name!);
        var group = endpoints.MapGroup(pattern);
        new OperationsEndpoints(options, new SelectedCache(caches), logger).Map(group, new Gate(options, isOpen));

        // Conventions that come later must not bring the pages into the cache, and are what may protect them; so both are looked after at the very end.
        var isTold = isOpen;
        IEndpointConventionBuilder conventions = group;
        conventions.Finally(endpoint =>
        {
            endpoint.Metadata.Add(NeverCached.Instance);
            if (!isOpen)
                endpoint.Metadata.Add(AuthorizationWitness.Instance);
            if (isTold || Protection.IsGiven([.. endpoint.Metadata]))
                return;
            isTold = true;
            Log.OperationsUnprotected(logger);
        });
        return conventions;
    }
}
