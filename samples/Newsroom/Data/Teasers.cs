using Newsroom.Models;

namespace Newsroom.Data;

public static class Teasers
{
    /// <summary>Selects the parts of articles that lists show, newest first.</summary>
    public static IQueryable<Teaser> AsTeasers(this IQueryable<Article> articles) =>
        articles
            .OrderByDescending(a => a.PublishedAt)
            .Select(a => new Teaser(a.Id, a.Title, a.Lede, a.PublishedAt, a.Section.Name, a.Section.Slug, a.AuthorId, a.Author.Name));
}
