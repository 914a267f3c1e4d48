namespace Newsroom.Data.Seed;

/// <summary>Writes the stories of one section, with its authors and kinds of story in turn.</summary>
internal sealed class Desk(int id, SeedSection source, Dictionary<string, string[]> shared)
{
    private const int MaximumDraws = 1000;

    private readonly Section _section = new() { Id = id, Slug = source.Slug, Name = source.Name, About = source.About };
    private readonly List<Author> _authors = [.. source.Authors.Select(a => new Author { Name = a.Name, Bio = a.Bio })];
    private readonly HashSet<string> _titles = [];
    private int _next;

    public Article Write(Random random, DateTime published)
    {
        var story = source.Stories[_next++ % source.Stories.Count];
        var (writer, title) = DrawTitle(random, story, published);

        var closing = source.Closing.ToArray();
        random.Shuffle(closing);

        return new Article
        {
            Title = title,
            Lede = writer.Fill(story.Lede),
            Body = string.Join("\n\n", story.Body.Concat(closing.Take(2)).Select(writer.Fill)),
            PublishedAt = published,
            Section = _section,
            Author = _authors[random.Next(_authors.Count)]
        };
    }

    /// <summary>Selects random words until the headline is new in the section.</summary>
    private (StoryWriter Writer, string Title) DrawTitle(Random random, SeedStory story, DateTime published)
    {
        for (var draw = 0; draw < MaximumDraws; draw++)
        {
            var writer = new StoryWriter(random, shared, source.Words, published);
            var title = writer.Fill(story.Title);
            if (_titles.Add(title)) return (writer, title);
        }

        throw new InvalidOperationException($"Too few words for another story of the kind \"{story.Title}\".");
    }
}
