namespace Newsroom.Data.Seed;

/// <summary>A kind of story, with slots such as <c>{place}</c> that <see cref="StoryWriter"/> fills.</summary>
internal sealed record SeedStory(string Title, string Lede, IReadOnlyList<string> Body);
