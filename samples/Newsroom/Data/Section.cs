namespace Newsroom.Data;

public sealed class Section
{
    public int Id { get; init; }

    /// <summary>Gets the name in addresses and cache tags.</summary>
    public required string Slug { get; init; }

    public required string Name { get; init; }

    public required string About { get; init; }
}
