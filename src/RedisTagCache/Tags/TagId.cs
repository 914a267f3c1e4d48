using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using RedisTagCache.Entries.Envelope;

namespace RedisTagCache.Tags;

/// <summary>
/// A tag as bytes: <c>=</c> and its UTF-8 as given, or <c>#</c> and the SHA-256 of the folded tag when that is longer than 256 bytes. Where only one of the
/// two is longer, the folded tag decides. Ids are compared by <see cref="TagFold"/>.
/// A tag invalidation's member in Redis is <c>h</c> (hard) or <c>s</c> (soft) followed by the id, which tag_invalidate turns into lowercase if it is ASCII.
/// </summary>
internal static class TagId
{
    private const int MaxRawTag = 256;
    private const int MaxAsked = 500;
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

    /// <summary>
    /// What an invalidation of a tag is stored under. A tag that is ASCII only when it is folded has two members, because <see cref="TryMembersOf"/> names the folded one.
    /// </summary>
    public static byte[][] MembersOf(TagInvalidationKind kind, ReadOnlySpan<byte> id)
    {
        if (IsFoldedAlike(id))
            return [Member(kind, id)];
        Span<byte> folded = stackalloc byte[TagFold.MaxId];
        folded = folded[..TagFold.Fold(id, folded)];
        return Ascii.IsValid(folded) ? [Member(kind, id), Member(kind, folded)] : [Member(kind, id)];
    }

    /// <summary>
    /// Names the members under which all invalidations of these tags are stored, whatever their case. That is certain only of tags that every instance folds alike; and not of more tags than
    /// a script may be asked about.
    /// </summary>
    public static bool TryMembersOf(TagIds ids, [NotNullWhen(true)] out byte[][]? members)
    {
        members = null;
        var all = new List<byte[]>();
        foreach (var id in ids)
        {
            if (!IsFoldedAlike(id) || id.Length > TagFold.MaxId || all.Count >= MaxAsked)
                return false;
            Span<byte> folded = new byte[id.Length];
            TagFold.Fold(id, folded);
            all.Add(Member(TagInvalidationKind.Evict, folded));
            all.Add(Member(TagInvalidationKind.Expire, folded));
        }

        members = [.. all];
        return true;
    }

    /// <summary>Whether instances cannot disagree about how an id is folded. About other characters they may, if one does not know them.</summary>
    private static bool IsFoldedAlike(ReadOnlySpan<byte> id) => id is [(byte)'#', ..] || Ascii.IsValid(id);

    public static byte[] Member(TagInvalidationKind kind, ReadOnlySpan<byte> id) => [kind == TagInvalidationKind.Evict ? (byte)'h' : (byte)'s', .. id];
}

/// <summary>
/// Folds tag ids, so that ids of tags that count as the same become equal bytes. Tags are compared without regard to case, by the invariant upper-casing
/// that ASP.NET Core applies to paths in its cache keys, and without regard to how Unicode composes a character. Ids are stored as given and folded
/// where they are compared, so instances need not agree about characters that one of them does not know.
/// </summary>
internal static class TagFold
{
    /// <summary>The length of the longest id: a letter and 256 bytes.</summary>
    public const int MaxId = 1 + MaxText;

    private const int MaxText = 256;
    private const int MaxDecomposition = 4; // UTF-16 code units that one becomes in form D
    private static readonly SearchValues<byte> _folded = SearchValues.Create([.. Enumerable.Range(0, 128).Select(static value => (byte)value).Where(static value => value is < (byte)'A' or > (byte)'Z')]);

    /// <summary>Whether folding leaves the id as it is. True for most tags, at the price of one vectorized search.</summary>
    public static bool IsFolded(ReadOnlySpan<byte> id) =>
        id.IndexOfAnyExcept(_folded) < 0 || id[0] == (byte)'#' || id.Length > MaxId; // a longer one is not an id of this library

    /// <summary>Folds an id that is at most <see cref="MaxId"/> bytes long. Returns the length of the folded one, which is no longer than that either.</summary>
    public static int Fold(ReadOnlySpan<byte> id, Span<byte> folded)
    {
        if (id.IsEmpty || id[0] == (byte)'#')
        {
            id.CopyTo(folded);
            return id.Length;
        }

        return Ascii.ToLower(id, folded, out var length) == OperationStatus.Done ? length : FoldWide(id, folded);
    }

    /// <summary>Folds a tag: <c>=</c> and its folded UTF-8, or <c>#</c> and the SHA-256 of that when it is longer than 256 bytes.</summary>
    public static int Fold(ReadOnlySpan<char> tag, Span<byte> folded)
    {
        var room = MaxDecomposition * tag.Length;
        var buffer = ArrayPool<char>.Shared.Rent(2 * room);
        var from = buffer.AsSpan(0, room);
        var to = buffer.AsSpan(room, room);

        // U+FFFE is the one character in valid UTF-16 that the platform does not normalize.
        if (tag.Contains('\uFFFE') || !tag.TryNormalize(from, out var length, NormalizationForm.FormD))
        {
            tag.CopyTo(from);
            length = tag.Length;
        }

        // Up, as ASP.NET Core does, and down again: that also brings together what has no upper case of its own, such as the Kelvin sign and k.
        ((ReadOnlySpan<char>)from[..length]).ToUpperInvariant(to);
        ((ReadOnlySpan<char>)to[..length]).ToLowerInvariant(from);
        length = ToId(from[..length], folded);
        ArrayPool<char>.Shared.Return(buffer);
        return length;
    }

    /// <summary>Whether two ids are of tags that count as the same.</summary>
    public static bool AreEqual(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.SequenceEqual(right))
            return true;
        if (left.Length > MaxId || right.Length > MaxId)
            return false;
        Span<byte> leftFolded = stackalloc byte[MaxId];
        Span<byte> rightFolded = stackalloc byte[MaxId];
        return leftFolded[..Fold(left, leftFolded)].SequenceEqual(rightFolded[..Fold(right, rightFolded)]);
    }

    private static int FoldWide(ReadOnlySpan<byte> id, Span<byte> folded)
    {
        Span<char> text = stackalloc char[MaxText];
        if (Utf8.ToUtf16(id[1..], text, out _, out var length, replaceInvalidSequences: false) == OperationStatus.Done)
            return Fold(text[..length], folded);
        id.CopyTo(folded); // foreign bytes, which equal only themselves
        return id.Length;
    }

    private static int ToId(ReadOnlySpan<char> text, Span<byte> folded)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        if (length <= MaxText)
        {
            folded[0] = (byte)'=';
            return 1 + Encoding.UTF8.GetBytes(text, folded[1..]);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(length);
        folded[0] = (byte)'#';
        length = 1 + SHA256.HashData(buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, buffer)), folded[1..]);
        ArrayPool<byte>.Shared.Return(buffer);
        return length;
    }
}

/// <summary>What a tag invalidation does to older entries of its tag.</summary>
internal enum TagInvalidationKind
{
    /// <summary>They are invalidated: a lookup misses.</summary>
    Evict,

    /// <summary>They are stale: they may be served until they are refreshed.</summary>
    Expire,
}
