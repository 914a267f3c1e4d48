using Microsoft.Extensions.Logging;
using RedisTagCache.AspNetCore;
using RedisTagCache.AspNetCore.OutputCaching.Eviction;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Provides extension methods for endpoints that evict.</summary>
public static class RedisTagEvictionEndpointConventionBuilderExtensions
{
    /// <summary>Evicts tags when the endpoint succeeds, before the response is sent. This is <see cref="EvictOutputCacheAttribute"/> for minimal APIs.</summary>
    /// <typeparam name="TBuilder">The type of the builder.</typeparam>
    /// <param name="builder">The endpoint builder.</param>
    /// <param name="tags">The tags. Names in braces are replaced by values of the request.</param>
    /// <returns>The same endpoint builder.</returns>
    /// <remarks>Requests by a safe method, such as GET, evict nothing. To change that, add the attribute with <see cref="EvictOutputCacheAttribute.OnSafeMethods"/>.</remarks>
    public static TBuilder EvictOutputCache<TBuilder>(this TBuilder builder, params string[] tags)
        where TBuilder : IEndpointConventionBuilder => Evict(builder, new EvictOutputCacheAttribute { Tags = tags });

    /// <summary>Expires tags when the endpoint succeeds, before the response is sent. Entries with the tags are served as stale while they are refreshed.</summary>
    /// <typeparam name="TBuilder">The type of the builder.</typeparam>
    /// <param name="builder">The endpoint builder.</param>
    /// <param name="tags">The tags. Names in braces are replaced by values of the request.</param>
    /// <returns>The same endpoint builder.</returns>
    /// <remarks>Requests by a safe method, such as GET, evict nothing. To change that, add the attribute with <see cref="EvictOutputCacheAttribute.OnSafeMethods"/>.</remarks>
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
                throw new InvalidOperationException($"'{endpoint.DisplayName}' evicts tags, which requires services.AddRedisTagOutputCache().");
            endpoint.Metadata.Add(eviction);
        });
        return builder;
    }
}
