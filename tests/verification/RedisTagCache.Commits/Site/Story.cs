namespace RedisTagCache.Commits.Site;

/// <summary>A row of data that a page and a value show.</summary>
internal sealed class Story
{
    public int Id { get; set; }

    public int Version { get; set; }

    public static string Tag(int id) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"story:{id}");
}
