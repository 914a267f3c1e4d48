namespace RedisTagCache.Soak.Load;

/// <summary>An address of the sample.</summary>
/// <param name="Path">With its query.</param>
/// <param name="Article">The article it shows; none for others.</param>
/// <param name="IsFound">Whether there is such a page.</param>
/// <param name="IsComputed">Whether it shows the names in the news, which the sample takes a second to find.</param>
internal sealed record Page(string Path, int? Article = null, bool IsFound = true, bool IsComputed = false)
{
    public static Page Of(int article) => new($"/articles/{article}", article);

    public static Page JsonOf(int article) => new($"/api/articles/{article}", article);
}
