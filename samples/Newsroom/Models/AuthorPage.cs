using Newsroom.Data;

namespace Newsroom.Models;

public sealed record AuthorPage(Author Author, IReadOnlyList<Teaser> Articles);
