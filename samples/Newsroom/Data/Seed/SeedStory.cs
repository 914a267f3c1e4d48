namespace Newsroom.Data.Seed;

/// <summary>Represents a kind of story, with slots such as <c>{place}</c> that <see cref="StoryWriter"/> fills.</summary>
internal sealed record SeedStory(string Title, string Lede, IReadOnlyList<string> Body);
