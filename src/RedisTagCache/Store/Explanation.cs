using System.Text;
using RedisTagCache.Envelope;
using RedisTagCache.Inspection;

namespace RedisTagCache.Store;

/// <summary>Says why the <see cref="Judge"/> reached its verdict on an entry. It decides nothing: if there are several reasons, it names the first.</summary>
internal readonly record struct Explanation(CacheEntryStatus Status, CacheStatusReason Reason, string? Tag = null)
{
    private const int Hash = 32;

    public static Explanation Of(in EnvelopeReader envelope, TagStateSnapshot state, long now)
    {
        var verdict = Judge.Of(envelope, state, now);
        var header = envelope.Header;
        return verdict switch
        {
            Store.Verdict.Fresh => new(CacheEntryStatus.Fresh, CacheStatusReason.None),
            Store.Verdict.Stale => InvalidatedAfter(envelope, state, TagInvalidationKind.Expire) is { } expired
                ? new(CacheEntryStatus.Stale, CacheStatusReason.TagExpired, expired)
                : new(CacheEntryStatus.Stale, CacheStatusReason.FreshnessEnded),
            _ when header.Generation != state.Stamp.Generation => new(CacheEntryStatus.Invalidated, CacheStatusReason.OtherGeneration),
            _ when header.Epoch > state.Stamp.Epoch => new(CacheEntryStatus.Invalidated, CacheStatusReason.AheadOfHistory),
            _ when InvalidatedAfter(envelope, state, TagInvalidationKind.Evict) is { } evicted => new(CacheEntryStatus.Invalidated, CacheStatusReason.TagEvicted, evicted),
            _ => new(CacheEntryStatus.Invalidated, CacheStatusReason.BelowFloor),
        };
    }

    /// <summary>For an entry without tags, which no eviction reaches.</summary>
    public static Explanation OfPlain(in EnvelopeReader envelope, long now) => now >= envelope.Header.FreshUntil
        ? new(CacheEntryStatus.Stale, CacheStatusReason.FreshnessEnded)
        : new(CacheEntryStatus.Fresh, CacheStatusReason.None);

    /// <summary>A tag as its user knows it, where its id tells.</summary>
    public static string NameOf(ReadOnlySpan<byte> id) =>
        id.Length == 1 + Hash && id[0] == (byte)'#' ? "sha256:" + Convert.ToHexStringLower(id[1..])
            : id.Length > 0 ? Encoding.UTF8.GetString(id[1..])
            : "";

    private static string? InvalidatedAfter(in EnvelopeReader envelope, TagStateSnapshot state, TagInvalidationKind kind)
    {
        foreach (var tag in envelope.Tags)
        {
            var invalidations = state.Invalidations[tag];
            if ((kind == TagInvalidationKind.Evict ? invalidations.EvictedAt : invalidations.ExpiredAt) > envelope.Header.Epoch)
                return NameOf(tag);
        }

        return null;
    }
}
