using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace RedisTagCache.Entries.Envelope;

/// <summary>Represents the ids of an entry's tags, in an envelope or in the local cache. Enumerates them without copying.</summary>
internal ref struct TagIds
{
    private readonly ReadOnlySpan<byte[]> _list;
    private ReadOnlySpan<byte> _rest;
    private int _left;

    /// <summary>As an envelope contains them: each after its length.</summary>
    public TagIds(ReadOnlySpan<byte> packed, int count)
    {
        _rest = packed;
        _left = count;
    }

    /// <summary>As a local copy has them.</summary>
    public TagIds(ReadOnlySpan<byte[]> list)
    {
        _list = list;
        _left = list.Length;
    }

    public ReadOnlySpan<byte> Current { get; private set; }

    [SuppressMessage("Performance", "CA1822", Justification = "The pattern of foreach.")]
    public readonly TagIds GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_left == 0)
            return false;
        if (!_list.IsEmpty)
        {
            Current = _list[_list.Length - _left];
            _left--;
            return true;
        }

        _left--;
        var size = BinaryPrimitives.ReadUInt16LittleEndian(_rest);
        Current = _rest.Slice(sizeof(ushort), size);
        _rest = _rest[(sizeof(ushort) + size)..];
        return true;
    }
}
