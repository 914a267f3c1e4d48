using RedisTagCache.AspNetCore;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Evictions of endpoints.</summary>
public static class RedisTagEvictionEndpointConventionBuilderExtensions
{
    /// <summary>Evicts tags once the endpoint has answered with success, before the response is sent: <see cref="EvictOutputCacheAttribute"/> for minimal APIs.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint.</param>
    /// <param name="tags">The tags; names in braces stand for values of the request.</param>
    /// <returns>The endpoint.</returns>
    public static TBuilder EvictOutputCache<TBuilder>(this TBuilder builder, params string[] tags)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new EvictOutputCacheAttribute { Tags = tags });

    /// <summary>Makes entries stale once the endpoint has answered with success, before the response is sent: they are served while they are refreshed.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint.</param>
    /// <param name="tags">The tags; names in braces stand for values of the request.</param>
    /// <returns>The endpoint.</returns>
    public static TBuilder ExpireOutputCache<TBuilder>(this TBuilder builder, params string[] tags)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new EvictOutputCacheAttribute { Tags = tags, Soft = true });
}
