namespace Newsroom.Caching;

/// <summary>
/// Contains the tags that evict pages and data. Names in braces stand for route values of each request.
/// </summary>
public static class CacheTags
{
    /// <summary>The tag of all pages and data that show articles.</summary>
    public const string Articles = "articles";

    public const string Front = "front";

    public const string ArticleOfRequest = "article:{id}";

    public const string AuthorOfRequest = "author:{id}";

    public static string Article(int id) => $"article:{id}";

    public static string Section(int id) => $"section:{id}";

    public static string Author(int id) => $"author:{id}";
}
