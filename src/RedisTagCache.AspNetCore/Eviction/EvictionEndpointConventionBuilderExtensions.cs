using Microsoft.Extensions.Logging;
using RedisTagCache.AspNetCore;
using RedisTagCache.AspNetCore.Eviction;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Evictions of endpoints.</summary>
public static class RedisTagEvictionEndpointConventionBuilderExtensions
{
    /// <summary>Evicts tags once the endpoint has answered with success, before the response is sent: <see cref="EvictOutputCacheAttribute"/> for minimal APIs.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint.</param>
    /// <param name="tags">The tags; names in braces stand for values of the request.</param>
    /// <returns>The endpoint.</returns>
    /// <remarks>Requests by a safe method, such as GET, evict nothing. Where they should, add the attribute with <see cref="EvictOutputCacheAttribute.OnSafeMethods"/>.</remarks>
    public static TBuilder EvictOutputCache<TBuilder>(this TBuilder builder, params string[] tags)
        where TBuilder : IEndpointConventionBuilder => Evict(builder, new EvictOutputCacheAttribute { Tags = tags });

    /// <summary>Makes entries stale once the endpoint has answered with success, before the response is sent: they are served while they are refreshed.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint.</param>
    /// <param name="tags">The tags; names in braces stand for values of the request.</param>
    /// <returns>The endpoint.</returns>
    /// <remarks>Requests by a safe method, such as GET, evict nothing. Where they should, add the attribute with <see cref="EvictOutputCacheAttribute.OnSafeMethods"/>.</remarks>
    public static TBuilder ExpireOutputCache<TBuilder>(this TBuilder builder, params string[] tags)
        where TBuilder : IEndpointConventionBuilder => Evict(builder, new EvictOutputCacheAttribute { Tags = tags, Expire = true });

    private static TBuilder Evict<TBuilder>(TBuilder builder, EvictOutputCacheAttribute eviction)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Add(endpoint =>
        {
            // A builder of another kind may have no services at all.
            var services = endpoint.ApplicationServices;
            if (services.GetService(typeof(EvictAfterResponse)) is null && services.GetService(typeof(ILoggerFactory)) is not null)
                throw new InvalidOperationException($"'{endpoint.DisplayName}' evicts tags, which needs services.AddRedisTagOutputCache().");
            endpoint.Metadata.Add(eviction);
        });
        return builder;
    }
}
