namespace Newsroom.Data.Seed;

internal sealed record SeedAuthor(string Name, string Bio);
