using Newsroom.Data;

namespace Newsroom.Models;

public sealed record SectionPage(Section Section, IReadOnlyList<Teaser> Articles, int Page, bool HasOlder);
