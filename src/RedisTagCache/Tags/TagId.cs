using System.Text;
using RedisTagCache.Entries.Envelope;

namespace RedisTagCache.Tags;

/// <summary>
/// A tag as bytes: <c>=</c> and its UTF-8 as given, or <c>#</c> and the SHA-256 of the folded tag when that is longer than 256 bytes. Where only one of the
/// two is longer, the folded tag decides. Ids are compared by <see cref="TagFold"/>.
/// A tag invalidation's member in Redis is <c>h</c> (hard) or <c>s</c> (soft) followed by the id.
/// </summary>
internal static class TagId
{
    private const int MaxRawTag = 256;
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ArgumentException">The tag is null, empty or not valid Unicode.</exception>
    public static byte[] Of(string? tag, string parameter)
    {
        if (string.IsNullOrEmpty(tag))
            throw new ArgumentException("A tag must be a non-empty string.", parameter);

        int length;
        try
        {
            length = _strict.GetByteCount(tag);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException("A tag must be valid Unicode, but has an unpaired surrogate.", parameter, e);
        }

        if (length > MaxRawTag || length > tag.Length)
        {
            Span<byte> folded = stackalloc byte[TagFold.MaxId];
            var foldedLength = TagFold.Fold(tag, folded);
            if (length > MaxRawTag || folded[0] == (byte)'#')
                return folded[..foldedLength].ToArray();
        }

        var id = new byte[1 + length];
        id[0] = (byte)'=';
        _strict.GetBytes(tag, id.AsSpan(1));
        return id;
    }

    /// <summary>Checks tags without making ids of them.</summary>
    /// <exception cref="ArgumentException">A tag is null, empty or not valid Unicode.</exception>
    public static void Check(ReadOnlySpan<string> tags, string parameter)
    {
        foreach (var tag in tags)
        {
            if (string.IsNullOrEmpty(tag) || tag.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
                Of(tag, parameter);
        }
    }

    /// <summary>The ids of different tags, each once.</summary>
    /// <exception cref="ArgumentException">A tag is not valid, or there are too many.</exception>
    public static byte[][] OfAll(ReadOnlySpan<string> tags, string parameter)
    {
        if (tags.IsEmpty)
            return [];
        var ids = new List<byte[]>(tags.Length);
        for (var i = 0; i < tags.Length; i++)
        {
            var id = Of(tags[i], parameter);
            if (tags[..i].IndexOf(tags[i]) < 0)
                ids.Add(id);
        }

        return ids.Count <= EnvelopeLayout.MaxTags
            ? [.. ids]
            : throw new ArgumentException($"An entry must have at most {EnvelopeLayout.MaxTags} different tags, but has {ids.Count}.", parameter);
    }

    public static byte[] Member(TagInvalidationKind kind, ReadOnlySpan<byte> id) => [kind == TagInvalidationKind.Evict ? (byte)'h' : (byte)'s', .. id];
}
