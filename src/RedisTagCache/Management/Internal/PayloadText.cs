using System.IO.Compression;
using System.Text;

namespace RedisTagCache.Management.Internal;

/// <summary>The beginning of a payload: as text where it is one, or is but for a few bytes, else in hexadecimal.</summary>
internal static class PayloadText
{
    private const int Longest = 2_000;
    private const int LengthOfLength = 4;
    private static readonly UTF8Encoding _strict = new(false, throwOnInvalidBytes: true);

    public static string Of(ReadOnlyMemory<byte> stored, CacheCompression compression)
    {
        try
        {
            var (bytes, isCut) = Start(stored, compression);
            return (TryText(bytes, isCut) ?? (IsMostlyText(bytes) ? Encoding.UTF8.GetString(bytes) : Convert.ToHexStringLower(bytes))) + (isCut ? " ..." : "");
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            return "(cannot be decompressed)";
        }
    }

    private static (byte[] Bytes, bool IsCut) Start(ReadOnlyMemory<byte> stored, CacheCompression compression)
    {
        if (compression == CacheCompression.None)
            return (stored[..Math.Min(stored.Length, Longest)].ToArray(), stored.Length > Longest);
        using var source = new MemoryStream(stored[LengthOfLength..].ToArray());
        using Stream plain = compression == CacheCompression.Brotli ? new BrotliStream(source, CompressionMode.Decompress) : new GZipStream(source, CompressionMode.Decompress);
        var buffer = new byte[Longest + 1];
        var length = plain.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return (buffer[..Math.Min(length, Longest)], length > Longest);
    }

    /// <summary>A page follows a few bytes that contain the lengths of its parts.</summary>
    private static bool IsMostlyText(byte[] bytes) => bytes.Count(static b => b is (>= 32 and < 127) or (byte)'\n' or (byte)'\r' or (byte)'\t') * 4 > bytes.Length * 3;

    private static string? TryText(byte[] bytes, bool isCut)
    {
        // A cut may have gone through a character.
        for (var less = 0; less <= (isCut ? 3 : 0) && less <= bytes.Length; less++)
        {
            try
            {
                var text = _strict.GetString(bytes, 0, bytes.Length - less);
                return text.All(static c => !char.IsControl(c) || c is '\n' or '\r' or '\t') ? text : null;
            }
            catch (DecoderFallbackException)
            {
                // one byte less
            }
        }

        return null;
    }
}
