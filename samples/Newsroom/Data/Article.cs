using System.ComponentModel.DataAnnotations.Schema;

namespace Newsroom.Data;

public sealed class Article
{
    public int Id { get; init; }

    public required string Title { get; set; }

    public required string Lede { get; set; }

    /// <summary>Plain text; an empty line begins a new paragraph.</summary>
    public required string Body { get; set; }

    [NotMapped]
    public IEnumerable<string> Paragraphs => Body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>In UTC. Never changes, so neither does the order of articles.</summary>
    public DateTime PublishedAt { get; init; }

    /// <summary>In UTC; none before the first edit.</summary>
    public DateTime? EditedAt { get; set; }

    public int SectionId { get; set; }

    public Section Section { get; set; } = null!;

    public int AuthorId { get; init; }

    public Author Author { get; init; } = null!;
}
