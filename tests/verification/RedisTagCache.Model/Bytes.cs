using System.Runtime.CompilerServices;

namespace RedisTagCache.Model;

/// <summary>One number for each of two tags, or keys.</summary>
[InlineArray(Length)]
internal struct Two
{
    public const int Length = 2;

    private byte _first;
}

[InlineArray(Two.Length)]
internal struct Entries
{
    private Entry _first;
}

[InlineArray(Two.Length)]
internal struct Copies
{
    private Copy _first;
}

/// <summary>Everything is made of bytes, so that a state has no padding and can be compared and hashed as it lies.</summary>
/// <param name="Id">Identifies it; 0 is none.</param>
/// <param name="Epoch">Of its version.</param>
/// <param name="Generation">Of its version.</param>
/// <param name="Tags">A bit for each.</param>
/// <param name="Seen">The changes that had started when its computation began. The guarantee is about these. Redis does not know them.</param>
internal record struct Entry(byte Id, byte Epoch, byte Generation, byte Tags, byte Seen);

/// <summary>An entry in the local cache of an instance.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Run">Of its version.</param>
/// <param name="Removal">The newest removal that it is known not to be superseded by.</param>
/// <param name="Unconfirmed">For one that was computed without Redis: see <see cref="RemovalMoment.Unconfirmed"/>.</param>
internal record struct Copy(Entry Entry, byte Run, byte Removal, byte Unconfirmed = 0)
{
    public readonly Stamp Version => new(Entry.Epoch, Entry.Generation, Run);
}
