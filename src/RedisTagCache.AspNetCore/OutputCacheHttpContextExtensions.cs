using Microsoft.AspNetCore.OutputCaching;

namespace Microsoft.AspNetCore.Http;

/// <summary>Provides extension methods for handlers that render pages.</summary>
public static class RedisTagOutputCacheHttpContextExtensions
{
    /// <summary>
    /// Adds tags to the page that this request renders. They are read when the page is stored, so they can be added until the response has ended.
    /// Does nothing if the request is not cached.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="tags">The tags. They are used unchanged.</param>
    /// <exception cref="ArgumentException">A tag is null or empty.</exception>
    public static void AddOutputCacheTag(this HttpContext context, params ReadOnlySpan<string> tags)
    {
        ArgumentNullException.ThrowIfNull(context);
        foreach (var tag in tags)
            ArgumentException.ThrowIfNullOrEmpty(tag, nameof(tags));
        if (context.Features.Get<IOutputCacheFeature>() is not { } feature)
            return;
        foreach (var tag in tags)
            feature.Context.Tags.Add(tag);
    }
}
