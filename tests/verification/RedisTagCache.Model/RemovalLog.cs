using System.Runtime.CompilerServices;

namespace RedisTagCache.Model;

/// <summary>A removal that an instance has heard of: the key, and its number.</summary>
internal record struct RecordedRemoval(byte Key, byte Number);

[InlineArray(Length)]
internal struct RecordedRemovals
{
    public const int Length = 16;

    private RecordedRemoval _first;
}

/// <summary>What an instance knew of removals at a moment.</summary>
/// <param name="Number">The newest number.</param>
/// <param name="Recorded">How many removals were recorded.</param>
/// <param name="Unconfirmed">For a value that is computed without Redis, the newest eviction that was applied before Redis reported it; else 0.</param>
internal record struct RemovalMoment(byte Number, byte Recorded, byte Unconfirmed = 0);

internal struct RemovalLog
{
    /// <summary>Nothing is known yet.</summary>
    public const byte Unknown = byte.MaxValue;

    /// <summary>A removal by this instance that Redis has not numbered.</summary>
    private const byte Unnumbered = byte.MaxValue;

    /// <summary>The number of removals that are remembered. Values that began before them are not stored.</summary>
    public const int Remembered = RecordedRemovals.Length;

    public byte Known;
    private byte _count;
    private byte _forgotten;
    private RecordedRemovals _recorded;

    public readonly RemovalMoment Observe() => new(Known, _count);

    public readonly bool IsSuperseded(int key, RemovalMoment since, byte number)
    {
        if (number == Unknown || since.Recorded < _forgotten || _count - since.Recorded > Remembered)
            return true;
        for (int i = since.Recorded; i < _count; i++)
        {
            var removal = _recorded[i % Remembered];
            if (removal.Key == key && removal.Number > number)
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

    /// <summary>No value that was read or started before is stored.</summary>
    public void Forget() => _forgotten = ++_count;

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
            Forget();
        Known = isWhole ? Math.Max(Known, page.Newest) : page.Newest;
        return isWhole;
    }

    private void Note(int key, byte number) => _recorded[_count++ % Remembered] = new RecordedRemoval((byte)key, number);
}
