using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using RedisTagCache.Entries.Envelope;

namespace RedisTagCache.Tests.Entries.Envelope;

/// <summary>Writes envelopes, well-formed and otherwise.</summary>
internal static class Envelopes
{
    /// <summary>The hash of the key under which these envelopes stand.</summary>
    public const ulong KeyHash = 0xF1E2D3C4B5A69788;

    public static EnvelopeHeader Header { get; } = new(0x9f3c5a7e12d4b680, 1_763_862_000_000_123, 1_763_862_000_456, 1_763_862_060_456, 1_763_862_120_456, 0);

    /// <summary>A small one with two tags, of which every bit can be tried.</summary>
    public static byte[] Small() => Write(Header, isTagged: true, Ids("post:42", "posts"), new ReadOnlySequence<byte>("payload"u8.ToArray()));

    public static byte[] Write(in EnvelopeHeader header, bool isTagged, byte[][] tags, in ReadOnlySequence<byte> payload, byte before = 0xA5, ulong keyHash = KeyHash)
    {
        var bytes = new byte[EnvelopeWriter.Measure(tags, payload.Length)];
        bytes.AsSpan().Fill(before); // a pooled buffer comes with what was in it
        EnvelopeWriter.Write(bytes, keyHash, header, isTagged, tags, payload);
        return bytes;
    }

    public static byte[][] Ids(params string[] tags) => [.. tags.Select(tag => Encoding.UTF8.GetBytes("=" + tag))];

    /// <summary>Puts in the sum that fits, so that only the content is wrong.</summary>
    public static byte[] Seal(byte[] bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(4), XxHash3.HashToUInt64(bytes.AsSpan(12)));
        return bytes;
    }

    public static ReadOnlySequence<byte> Segments(params byte[][] parts)
    {
        var first = new Segment(parts[0], null);
        var last = parts.Skip(1).Aggregate(first, (previous, part) => new Segment(part, previous));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    /// <summary>Reads all there is to read, as the store does.</summary>
    public static List<byte[]> Walk(in EnvelopeReader envelope, ReadOnlySpan<byte> bytes)
    {
        _ = (envelope.Header, envelope.IsTagged, envelope.Identity.ToArray(), bytes[envelope.PayloadOffset..].ToArray());
        var tags = new List<byte[]>();
        foreach (var tag in envelope.Tags)
            tags.Add(tag.ToArray());
        return tags;
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] part, Segment? previous)
        {
            Memory = part;
            if (previous is null)
                return;
            RunningIndex = previous.RunningIndex + previous.Memory.Length;
            previous.Next = this;
        }
    }
}
