using System.Globalization;
using Microsoft.AspNetCore.OutputCaching;

namespace Newsroom.Caching;

/// <summary>Describes when, where, and how fast a response was rendered. The stamp is part of the response, so a cached page shows the stamp of its rendering.</summary>
public sealed class RenderStamp(TimeProvider time, string instance)
{
    private readonly long _started = time.GetTimestamp();

    public string At => time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    public string By => instance;

    public string Took => string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(_started).TotalMilliseconds:0.0} ms");

    /// <summary>Gets the current tags of the response. Empty if the response will not be cached.</summary>
    public static IEnumerable<string> TagsOf(HttpContext context) =>
        context.Features.Get<IOutputCacheFeature>()?.Context.Tags.Order(StringComparer.Ordinal) ?? Enumerable.Empty<string>();
}
