using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;

namespace RedisTagCache.Entries.Envelope;

/// <summary>Writes an envelope into one buffer.</summary>
internal static class EnvelopeWriter
{
    /// <summary>The bytes an envelope takes.</summary>
    public static long Measure(ReadOnlySpan<byte[]> tags, long payloadLength)
    {
        long length = EnvelopeLayout.TagsAt + payloadLength;
        foreach (var tag in tags)
            length += sizeof(ushort) + tag.Length;
        return length;
    }

    /// <summary>Fills a buffer of the measured length. The tags' ids and their number are within the layout's limits.</summary>
    public static void Write(Span<byte> buffer, ulong keyHash, in EnvelopeHeader header, bool isTagged, ReadOnlySpan<byte[]> tags, in ReadOnlySequence<byte> payload)
    {
        EnvelopeLayout.Magic.CopyTo(buffer);
        buffer[EnvelopeLayout.VersionAt] = EnvelopeLayout.Version;
        buffer[EnvelopeLayout.FlagsAt] = (byte)(
            (header.Sliding > 0 ? EnvelopeLayout.SlidingFlag : 0) | (isTagged ? EnvelopeLayout.TaggedFlag : 0) | header.PayloadFlags);
        buffer[EnvelopeLayout.FlagsAt + 1] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(buffer[EnvelopeLayout.TagCountAt..], (ushort)tags.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(buffer[EnvelopeLayout.GenerationAt..], header.Generation);
        BinaryPrimitives.WriteInt64LittleEndian(buffer[EnvelopeLayout.EpochAt..], header.Epoch);
        BinaryPrimitives.WriteInt64LittleEndian(buffer[EnvelopeLayout.CreatedAt..], header.CreatedAt);
        BinaryPrimitives.WriteInt64LittleEndian(buffer[EnvelopeLayout.FreshUntilAt..], header.FreshUntil);
        BinaryPrimitives.WriteInt64LittleEndian(buffer[EnvelopeLayout.EndsAt..], header.EndsAt);
        BinaryPrimitives.WriteInt64LittleEndian(buffer[EnvelopeLayout.SlidingAt..], isTagged ? header.StaleUntil : header.Sliding);
        BinaryPrimitives.WriteUInt64LittleEndian(buffer[EnvelopeLayout.KeyHashAt..], keyHash);

        var at = EnvelopeLayout.TagsAt;
        foreach (var tag in tags)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(buffer[at..], (ushort)tag.Length);
            tag.CopyTo(buffer[(at + sizeof(ushort))..]);
            at += sizeof(ushort) + tag.Length;
        }

        BinaryPrimitives.WriteInt32LittleEndian(buffer[EnvelopeLayout.PayloadOffsetAt..], at);
        BinaryPrimitives.WriteInt32LittleEndian(buffer[EnvelopeLayout.PayloadLengthAt..], (int)payload.Length);
        payload.CopyTo(buffer[at..]);
        BinaryPrimitives.WriteUInt64LittleEndian(buffer[EnvelopeLayout.ChecksumAt..], XxHash3.HashToUInt64(buffer[EnvelopeLayout.ChecksumFrom..]));
    }
}
