using Newsroom.Data;

namespace Newsroom.Models;

public sealed record ArticlePage(Article Article, IReadOnlyList<Teaser> Earlier);
