using System.Runtime.CompilerServices;

namespace RedisTagCache.Model;

/// <summary>What an instance has heard of removals: the key, and its number.</summary>
internal record struct RecordedRemoval(byte Key, byte Number);

[InlineArray(Length)]
internal struct RecordedRemovals
{
    public const int Length = 16;

    private RecordedRemoval _first;
}

/// <summary>What an instance knew of removals at a moment.</summary>
internal record struct RemovalMoment(byte Number, byte Recorded);

internal struct RemovalLog
{
    /// <summary>Nothing is known yet.</summary>
    public const byte Unknown = byte.MaxValue;

    /// <summary>A removal by this instance that Redis has not numbered.</summary>
    private const byte Unnumbered = byte.MaxValue;

    public byte Known;
    private byte _count;
    private byte _forgotten;
    private RecordedRemovals _recorded;

    public readonly RemovalMoment Observe() => new(Known, _count);

    public readonly bool IsSuperseded(int key, RemovalMoment since, byte number)
    {
        if (number == Unknown || since.Recorded < _forgotten)
            return true;
        for (var i = since.Recorded; i < _count; i++)
        {
            if (_recorded[i].Key == key && _recorded[i].Number > number)
                return true;
        }

        return false;
    }

    /// <summary>False when one before it was missed.</summary>
    public bool Record(byte before, byte number, int key)
    {
        if (Known == Unknown || number <= Known)
            return true;
        Note(key, number);
        if (before != Known)
            return false;
        Known = number;
        return true;
    }

    public void RecordOwn(int key) => Note(key, Unnumbered);

    /// <summary>False when Redis has lost count, or the first time.</summary>
    public bool Adopt(byte asked, RemovalsPage page)
    {
        var isWhole = asked != Unknown && page.Newest >= asked && page.Floor <= asked;
        for (var key = 0; key < Two.Length; key++)
        {
            if (page.Numbers[key] > 0)
                Note(key, page.Numbers[key]);
        }

        if (!isWhole)
            _forgotten = ++_count;
        Known = isWhole ? Math.Max(Known, page.Newest) : page.Newest;
        return isWhole;
    }

    private void Note(int key, byte number) => _recorded[_count++] = new RecordedRemoval((byte)key, number);
}
