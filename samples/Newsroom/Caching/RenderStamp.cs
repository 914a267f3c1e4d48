using System.Globalization;
using Microsoft.AspNetCore.OutputCaching;

namespace Newsroom.Caching;

/// <summary>When, where and how fast a response was rendered. It is printed into the response, so a cached page keeps the stamp of its making.</summary>
public sealed class RenderStamp(TimeProvider time, string instance)
{
    private readonly long _started = time.GetTimestamp();

    public string At => time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    public string By => instance;

    public string Took => string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(_started).TotalMilliseconds:0.0} ms");

    /// <summary>The tags of the response so far; none if it will not be cached.</summary>
    public static IEnumerable<string> TagsOf(HttpContext context) =>
        context.Features.Get<IOutputCacheFeature>()?.Context.Tags.Order(StringComparer.Ordinal) ?? Enumerable.Empty<string>();
}
