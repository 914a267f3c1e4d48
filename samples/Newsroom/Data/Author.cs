namespace Newsroom.Data;

public sealed class Author
{
    public int Id { get; init; }

    public required string Name { get; init; }

    public required string Bio { get; init; }
}
