using Microsoft.AspNetCore.OutputCaching;

namespace Newsroom.Caching;

/// <summary>
/// The names under which pages are evicted. Those known when the code is written go into <c>[OutputCache(Tags = ...)]</c>;
/// those that carry an id are added while the page is rendered.
/// </summary>
public static class CacheTags
{
    /// <summary>On everything that shows articles.</summary>
    public const string Articles = "articles";

    public const string Front = "front";

    public static string Article(int id) => $"article:{id}";

    public static string Section(string slug) => $"section:{slug}";

    public static string Author(int id) => $"author:{id}";

    /// <summary>Adds tags to the response being rendered. They count when it is stored, after the endpoint has run.</summary>
    public static void AddCacheTags(this HttpContext context, params IEnumerable<string> tags) =>
        context.Features.Get<IOutputCacheFeature>()!.Context.Tags.UnionWith(tags);
}
