using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace RedisTagCache.Tags;

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
