using Newsroom.Data;

namespace Newsroom.Models;

public sealed record EditPage(int Id, ArticleForm Form, IReadOnlyList<Section> Sections);
