namespace Newsroom.Data.Seed;

/// <summary>Represents a section in the JSON files of this folder.</summary>
internal sealed record SeedSection(
    string Name,
    string Slug,
    string About,
    IReadOnlyList<SeedAuthor> Authors,
    Dictionary<string, string[]> Words,
    IReadOnlyList<SeedStory> Stories,
    IReadOnlyList<string> Closing);
