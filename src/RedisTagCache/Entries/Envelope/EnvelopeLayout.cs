using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace RedisTagCache.Entries.Envelope;

/// <summary>
/// Version 2 of an entry as it is stored in Redis. Numbers are little-endian; times are milliseconds since 1970-01-01 UTC.
/// <code>
///  0   3  "RTC"
///  3   1  version, 2
///  4   8  XxHash3 of everything from 12 to the end
/// 12   4  offset of the payload
/// 16   4  length of the payload
/// 20   1  flags: 1 sliding, 2 tagged, 4 payload is Brotli, 8 payload is GZip, 16 the value is null; any other bit is of a later version
/// 21   1  0
/// 22   2  number of tags
/// 24   8  token: generation
/// 32   8  token: epoch
/// 40   8  written at
/// 48   8  fresh until; the highest number when without end
/// 56   8  ends at; the highest number when without end
/// 64   8  if sliding: the expiration in milliseconds; if tagged: until when it is returned as stale, 0 for as long as it lives; else 0
/// 72   8  XxHash3 of the entry's key in Redis, so that it is served under no other key
/// 80   .  the tags' ids: each 2 bytes of length, then its bytes
///  .   .  the payload
/// </code>
/// </summary>
internal static class EnvelopeLayout
{
    public const byte Version = 2;

    public const int VersionAt = 3;
    public const int ChecksumAt = 4;
    public const int ChecksumFrom = 12;
    public const int PayloadOffsetAt = 12;
    public const int PayloadLengthAt = 16;
    public const int FlagsAt = 20;
    public const int TagCountAt = 22;
    public const int GenerationAt = 24;
    public const int EpochAt = 32;
    public const int CreatedAt = 40;
    public const int FreshUntilAt = 48;
    public const int EndsAt = 56;
    public const int SlidingAt = 64;
    public const int StaleUntilAt = 64;
    public const int KeyHashAt = 72;
    public const int TagsAt = 80;

    public const byte SlidingFlag = 1;
    public const byte TaggedFlag = 2;
    public const byte BrotliFlag = 4;
    public const byte GZipFlag = 8;
    public const byte NullFlag = 16;
    public const byte PayloadFlags = BrotliFlag | GZipFlag | NullFlag;
    public const byte KnownFlags = SlidingFlag | TaggedFlag | PayloadFlags;

    public const int MaxTags = 1_024;

    /// <summary>What Redis takes as one value.</summary>
    public const int Longest = 512 * 1024 * 1024;

    /// <summary>The length of the bytes that identify one write of an entry: magic, version and checksum.</summary>
    public const int IdentityLength = ChecksumFrom;

    public static ReadOnlySpan<byte> Magic => "RTC"u8;
}

/// <summary>What an envelope says of its entry besides the tags and the payload.</summary>
/// <param name="Generation">The generation of the token; 0 for entries without tags.</param>
/// <param name="Epoch">The epoch of the token; 0 for entries without tags.</param>
/// <param name="CreatedAt">When it was written.</param>
/// <param name="FreshUntil">When it becomes stale; <see cref="long.MaxValue"/> for never.</param>
/// <param name="EndsAt">When it ends; <see cref="long.MaxValue"/> for never.</param>
/// <param name="Sliding">After how many milliseconds without a read it ends; 0 for none, and for entries with tags.</param>
/// <param name="StaleUntil">Until when it is returned as stale while it is refreshed; 0 for until it ends. Entries with tags only.</param>
/// <param name="PayloadFlags">How the payload is to be read: some of <see cref="EnvelopeLayout.PayloadFlags"/>.</param>
internal readonly record struct EnvelopeHeader(
    ulong Generation, long Epoch, long CreatedAt, long FreshUntil, long EndsAt, long Sliding, long StaleUntil = 0, byte PayloadFlags = 0);

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
