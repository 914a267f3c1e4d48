using Newsroom.Data;

namespace Newsroom.Models;

public sealed record EditorList(IReadOnlyList<Section> Sections, string? Chosen, IReadOnlyList<Teaser> Articles);
