using System.Buffers.Binary;
using System.IO.Hashing;

namespace RedisTagCache.Entries.Envelope;

/// <summary>An envelope laid over bytes from Redis: checked once, then read in place.</summary>
internal readonly ref struct EnvelopeReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _tagCount;

    private EnvelopeReader(ReadOnlySpan<byte> bytes, int tagCount, int payloadOffset)
    {
        _bytes = bytes;
        _tagCount = tagCount;
        PayloadOffset = payloadOffset;
    }

    public int PayloadOffset { get; }

    public bool IsTagged => (_bytes[EnvelopeLayout.FlagsAt] & EnvelopeLayout.TaggedFlag) != 0;

    public EnvelopeHeader Header => new(
        BinaryPrimitives.ReadUInt64LittleEndian(_bytes[EnvelopeLayout.GenerationAt..]),
        BinaryPrimitives.ReadInt64LittleEndian(_bytes[EnvelopeLayout.EpochAt..]),
        BinaryPrimitives.ReadInt64LittleEndian(_bytes[EnvelopeLayout.CreatedAt..]),
        BinaryPrimitives.ReadInt64LittleEndian(_bytes[EnvelopeLayout.FreshUntilAt..]),
        BinaryPrimitives.ReadInt64LittleEndian(_bytes[EnvelopeLayout.EndsAt..]),
        IsTagged ? 0 : BinaryPrimitives.ReadInt64LittleEndian(_bytes[EnvelopeLayout.SlidingAt..]),
        IsTagged ? BinaryPrimitives.ReadInt64LittleEndian(_bytes[EnvelopeLayout.StaleUntilAt..]) : 0,
        (byte)(_bytes[EnvelopeLayout.FlagsAt] & EnvelopeLayout.PayloadFlags));

    public int TagCount => _tagCount;

    public TagIds Tags => new(_bytes[EnvelopeLayout.TagsAt..PayloadOffset], _tagCount);

    public ReadOnlySpan<byte> Identity => _bytes[..EnvelopeLayout.IdentityLength];

    /// <summary>Returns whether the bytes are a whole envelope of this version, written for this key. Anything else is not, and is no error.</summary>
    /// <param name="bytes">The bytes under the key.</param>
    /// <param name="keyHash">The hash of the key under which they were read.</param>
    /// <param name="envelope">The envelope.</param>
    public static bool TryOpen(ReadOnlySpan<byte> bytes, ulong keyHash, out EnvelopeReader envelope)
    {
        if (TryOpenStart(bytes, bytes.Length, keyHash, out envelope, out _)
            && BinaryPrimitives.ReadUInt64LittleEndian(bytes[EnvelopeLayout.ChecksumAt..]) == XxHash3.HashToUInt64(bytes[EnvelopeLayout.ChecksumFrom..]))
        {
            return true;
        }

        envelope = default;
        return false;
    }

    /// <summary>The same by the first bytes alone, up to the payload. It does not find out whether the payload is damaged: that takes the checksum of all bytes.</summary>
    /// <param name="bytes">The first bytes.</param>
    /// <param name="stored">How many bytes there are in all.</param>
    /// <param name="keyHash">The hash of the key under which they were read.</param>
    /// <param name="envelope">The envelope; it has header and tags, and no payload.</param>
    /// <param name="needed">If it is none: how many first bytes are needed to decide; 0 if it is certainly none.</param>
    public static bool TryOpenStart(ReadOnlySpan<byte> bytes, long stored, ulong keyHash, out EnvelopeReader envelope, out int needed)
    {
        envelope = default;
        needed = 0;
        if (bytes.Length < EnvelopeLayout.TagsAt
            || !bytes.StartsWith(EnvelopeLayout.Magic)
            || bytes[EnvelopeLayout.VersionAt] != EnvelopeLayout.Version
            || (bytes[EnvelopeLayout.FlagsAt] & ~EnvelopeLayout.KnownFlags) != 0
            || !IsFor(keyHash, bytes))
        {
            return false;
        }

        // Even a sum that fits says only that the bytes are as written, not that the writer was right.
        var offset = BinaryPrimitives.ReadInt32LittleEndian(bytes[EnvelopeLayout.PayloadOffsetAt..]);
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[EnvelopeLayout.PayloadLengthAt..]);
        var tags = BinaryPrimitives.ReadUInt16LittleEndian(bytes[EnvelopeLayout.TagCountAt..]);
        if (offset < EnvelopeLayout.TagsAt || length < 0 || (long)offset + length != stored)
            return false;
        if (offset > bytes.Length)
        {
            needed = offset;
            return false;
        }

        var rest = bytes[EnvelopeLayout.TagsAt..offset];
        for (var i = 0; i < tags; i++)
        {
            if (rest.Length < sizeof(ushort))
                return false;
            var size = BinaryPrimitives.ReadUInt16LittleEndian(rest);
            if (rest.Length < sizeof(ushort) + size)
                return false;
            rest = rest[(sizeof(ushort) + size)..];
        }

        if (!rest.IsEmpty)
            return false;
        envelope = new EnvelopeReader(bytes, tags, offset);
        return true;
    }

    /// <summary>Lays an envelope over bytes that <see cref="TryOpen"/> has found to be one.</summary>
    public static EnvelopeReader Reopen(ReadOnlySpan<byte> bytes) => new(
        bytes,
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[EnvelopeLayout.TagCountAt..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[EnvelopeLayout.PayloadOffsetAt..]));

    /// <summary>Reads from the first bytes alone how a sliding entry is to be prolonged. Nothing is checked but that it is one, written for this key.</summary>
    public static bool TryPeekSliding(ReadOnlySpan<byte> start, ulong keyHash, out long sliding, out long endsAt)
    {
        (sliding, endsAt) = (0, 0);
        if (start.Length < EnvelopeLayout.TagsAt
            || !start.StartsWith(EnvelopeLayout.Magic)
            || start[EnvelopeLayout.VersionAt] != EnvelopeLayout.Version
            || !IsFor(keyHash, start))
        {
            return false;
        }

        sliding = BinaryPrimitives.ReadInt64LittleEndian(start[EnvelopeLayout.SlidingAt..]);
        endsAt = BinaryPrimitives.ReadInt64LittleEndian(start[EnvelopeLayout.EndsAt..]);
        return sliding > 0 && (start[EnvelopeLayout.FlagsAt] & EnvelopeLayout.TaggedFlag) == 0;
    }

    /// <summary>Returns whether an envelope may begin with these bytes, of which there are fewer than its identity has. None are taken for no envelope.</summary>
    public static bool MayBegin(ReadOnlySpan<byte> bytes) =>
        !bytes.IsEmpty && bytes[..Math.Min(bytes.Length, EnvelopeLayout.Magic.Length)].SequenceEqual(EnvelopeLayout.Magic[..Math.Min(bytes.Length, EnvelopeLayout.Magic.Length)]);

    /// <summary>Whether the bytes look like an envelope that a later version of this library wrote.</summary>
    public static bool IsOfLaterVersion(ReadOnlySpan<byte> bytes) =>
        bytes.Length > EnvelopeLayout.VersionAt && bytes.StartsWith(EnvelopeLayout.Magic)
            && (bytes[EnvelopeLayout.VersionAt] > EnvelopeLayout.Version
                || (bytes[EnvelopeLayout.VersionAt] == EnvelopeLayout.Version && bytes.Length > EnvelopeLayout.FlagsAt
                    && (bytes[EnvelopeLayout.FlagsAt] & ~EnvelopeLayout.KnownFlags) != 0));

    /// <summary>Returns whether the bytes look like an envelope of another version of this library, whose instances may still read it.</summary>
    public static bool IsOfOtherVersion(ReadOnlySpan<byte> bytes) =>
        IsOfLaterVersion(bytes)
            || (bytes.Length > EnvelopeLayout.VersionAt && bytes.StartsWith(EnvelopeLayout.Magic) && bytes[EnvelopeLayout.VersionAt] is > 0 and < EnvelopeLayout.Version);

    private static bool IsFor(ulong keyHash, ReadOnlySpan<byte> start) => BinaryPrimitives.ReadUInt64LittleEndian(start[EnvelopeLayout.KeyHashAt..]) == keyHash;
}
