namespace Newsroom.Data.Seed;

/// <summary>A section as the files beside this one describe it.</summary>
internal sealed record SeedSection(
    string Name,
    string Slug,
    string About,
    IReadOnlyList<SeedAuthor> Authors,
    Dictionary<string, string[]> Words,
    IReadOnlyList<SeedStory> Stories,
    IReadOnlyList<string> Closing);
