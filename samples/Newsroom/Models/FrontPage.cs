using Newsroom.Data;

namespace Newsroom.Models;

public sealed record FrontPage(
    Teaser Lead, IEnumerable<string> LeadParagraphs, IReadOnlyList<Teaser> Beside, IReadOnlyList<FrontPage.Block> Blocks, Trending Trending)
{
    public sealed record Block(Section Section, IReadOnlyList<Teaser> Articles);
}
