using System.ComponentModel.DataAnnotations.Schema;

namespace Newsroom.Data;

public sealed class Article
{
    public int Id { get; init; }

    public required string Title { get; set; }

    public required string Lede { get; set; }

    /// <summary>Gets or sets the plain text. An empty line starts a new paragraph.</summary>
    public required string Body { get; set; }

    [NotMapped]
    public IEnumerable<string> Paragraphs => Body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Gets the time of publication in UTC. It never changes, so the order of articles does not change either.</summary>
    public DateTime PublishedAt { get; init; }

    /// <summary>Gets or sets the time of the last edit in UTC, or null before the first edit.</summary>
    public DateTime? EditedAt { get; set; }

    public int SectionId { get; set; }

    public Section Section { get; set; } = null!;

    public int AuthorId { get; init; }

    public Author Author { get; init; } = null!;
}
