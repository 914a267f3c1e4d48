namespace Newsroom.Caching;

/// <summary>
/// The names under which pages and data are evicted. Those with a name in braces are filled in from the route of each request.
/// </summary>
public static class CacheTags
{
    /// <summary>On everything that shows articles.</summary>
    public const string Articles = "articles";

    public const string Front = "front";

    public const string ArticleOfRequest = "article:{id}";

    public const string SectionOfRequest = "section:{slug}";

    public const string AuthorOfRequest = "author:{id}";

    public static string Article(int id) => $"article:{id}";

    public static string Section(string slug) => $"section:{slug}";

    public static string Author(int id) => $"author:{id}";
}
