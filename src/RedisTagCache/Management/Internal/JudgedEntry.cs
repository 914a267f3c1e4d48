using RedisTagCache.Entries.Envelope;
using RedisTagCache.Tags;
using RedisTagCache.Topology;

namespace RedisTagCache.Management.Internal;

/// <summary>Represents an entry that was read and validated, by its first bytes.</summary>
/// <param name="Key">Its location.</param>
/// <param name="Start">What was read of it.</param>
/// <param name="Explanation">Its status, and the reason.</param>
internal readonly record struct JudgedEntry(StoredKey Key, StoredStart Start, Explanation Explanation)
{
    private static readonly long _latest = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>Gets whether no lookup will ever return it, so that it can be dropped. Entries that are damaged, or of a later version, are left to the lookups that find them.</summary>
    public bool IsOfNoUse => Explanation is
    {
        Status: CacheEntryStatus.Invalidated,
        Reason: CacheStatusReason.TagEvicted or CacheStatusReason.BelowFloor or CacheStatusReason.OtherGeneration,
    };

    /// <summary>Gets the bytes that identify this write of it; empty if it is no envelope.</summary>
    public byte[] Identity => TryOpen(out var envelope) ? envelope.Identity.ToArray() : [];

    public long? CreatedAt => TryOpen(out var envelope) ? Math.Max(0, envelope.Header.CreatedAt) : null;

    public bool IsTaggedWith(ReadOnlySpan<byte> id)
    {
        if (!TryOpen(out var envelope))
            return false;
        foreach (var tag in envelope.Tags)
        {
            if (TagFold.AreEqual(tag, id))
                return true;
        }

        return false;
    }

    public CacheEntryInfo ToInfo(long now)
    {
        var info = new CacheEntryInfo
        {
            Region = Key.Region,
            BuildNamespace = Key.Build == BuildName.Shared ? null : Key.Build,
            Key = Key.Name,
            IsKeyHashed = Key.IsHashed,
            Partition = Key.Partition.Index,
            TimeToLive = Start.TimeToLive,
            StoredBytes = Math.Max(0, Start.Length),
            Status = Explanation.Status,
            Reason = Explanation.Reason,
            ReasonTag = Explanation.Tag,
            TagInvalidatedAt = Explanation.InvalidatedAt is { } epoch ? EpochStamp.TimeOf(epoch) : null,
        };
        if (!TryOpen(out var envelope))
            return info;

        var header = envelope.Header;
        var tags = new List<string>(envelope.TagCount);
        foreach (var tag in envelope.Tags)
            tags.Add(Explanation.NameOf(tag));
        return info with
        {
            CreatedAt = Time(header.CreatedAt),
            Age = Time(header.CreatedAt) is null ? null : Span(Math.Max(0, now - Math.Max(0, header.CreatedAt))),
            FreshUntil = Time(header.FreshUntil),
            StaleUntil = header.StaleUntil == 0 ? null : Time(header.StaleUntil),
            SlidingExpiration = header.Sliding > 0 ? Span(header.Sliding) : null,
            PayloadBytes = Start.Length - envelope.PayloadOffset,
            Tags = tags,
            Compression = (header.PayloadFlags & EnvelopeLayout.BrotliFlag) != 0 ? CacheCompression.Brotli
                : (header.PayloadFlags & EnvelopeLayout.GZipFlag) != 0 ? CacheCompression.GZip
                : CacheCompression.None,
            IsNull = (header.PayloadFlags & EnvelopeLayout.NullFlag) != 0,
        };
    }

    private bool TryOpen(out EnvelopeReader envelope) => EnvelopeReader.TryOpenStart(Start.Bytes, Start.Length, Key.KeyHash, out envelope, out _);

    // A client with write access to Redis can write any number: none of them may end a search.
    private static DateTimeOffset? Time(long milliseconds) =>
        milliseconds >= _latest ? null : DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(0, milliseconds));

    private static TimeSpan Span(long milliseconds) =>
        milliseconds >= (long)TimeSpan.MaxValue.TotalMilliseconds ? TimeSpan.MaxValue : TimeSpan.FromMilliseconds(milliseconds);
}
