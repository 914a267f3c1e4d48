namespace RedisTagCache.Model;

/// <summary>The states of one depth, in pieces: as one array they would have to be copied each time it grows, and there may be gigabytes of them.</summary>
internal sealed class Level
{
    private const int Piece = 16_384;

    private readonly List<World[]> _pieces = [];

    public int Count { get; private set; }

    public ref World this[int index] => ref _pieces[index / Piece][index % Piece];

    public void Add(in World world)
    {
        if (Count == _pieces.Count * Piece)
            _pieces.Add(new World[Piece]);
        this[Count++] = world;
    }

    /// <summary>Forgets the states; their memory is used again for the next depth but one.</summary>
    public void Clear() => Count = 0;
}
