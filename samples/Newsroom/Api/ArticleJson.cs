namespace Newsroom.Api;

public sealed record ArticleJson(
    int Id, string Title, string Lede, string Body, string Section, string Author, DateTime PublishedAt, DateTime? EditedAt, RenderedJson Rendered);
