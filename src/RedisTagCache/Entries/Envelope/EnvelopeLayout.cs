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
