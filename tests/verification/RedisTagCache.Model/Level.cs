namespace RedisTagCache.Model;

/// <summary>The packed states of one depth, in pieces: as one array they would have to be copied each time it grows, and there may be gigabytes of them.</summary>
internal sealed class Level
{
    private const int Piece = 1 << 20;

    private readonly List<byte[]> _pieces = [];
    private int _length = 1;
    private int _inPiece;

    public int Count { get; private set; }

    public ReadOnlySpan<byte> this[int index] => At(index);

    public void Add(ReadOnlySpan<byte> packed)
    {
        if (Count == _pieces.Count * _inPiece)
            _pieces.Add(new byte[Piece]);
        packed.CopyTo(At(Count++));
    }

    /// <summary>Forgets the states; their memory is used again.</summary>
    /// <param name="length">The number of bytes of the next ones.</param>
    public void Clear(int length)
    {
        Count = 0;
        _length = length;
        _inPiece = Piece / length;
    }

    private Span<byte> At(int index) => _pieces[index / _inPiece].AsSpan(index % _inPiece * _length, _length);
}
