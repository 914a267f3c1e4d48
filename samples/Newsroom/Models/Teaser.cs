namespace Newsroom.Models;

public sealed record Teaser(int Id, string Title, string Lede, DateTime PublishedAt, string Section, string SectionSlug, int AuthorId, string Author);
