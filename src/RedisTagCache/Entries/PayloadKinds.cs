using RedisTagCache.Entries.Envelope;

namespace RedisTagCache.Entries;

/// <summary>How a payload is to be read.</summary>
internal static class PayloadKinds
{
    public const byte Brotli = EnvelopeLayout.BrotliFlag;
    public const byte GZip = EnvelopeLayout.GZipFlag;
    public const byte Null = EnvelopeLayout.NullFlag;

    /// <summary>The longest there is, in bytes.</summary>
    public const int Longest = EnvelopeLayout.Longest;
}
