using System.Text;
using RedisTagCache.Entries.Envelope;
using RedisTagCache.Tags;

namespace RedisTagCache.Management.Internal;

/// <summary>Says why the <see cref="EntryValidator"/> reached its verdict on an entry. It decides nothing: if there are several reasons, it names the first.</summary>
internal readonly record struct Explanation(CacheEntryStatus Status, CacheStatusReason Reason, string? Tag = null, long? InvalidatedAt = null)
{
    private const int Hash = 32;

    /// <param name="envelope">The entry.</param>
    /// <param name="state">The tag invalidations that Redis has.</param>
    /// <param name="unconfirmed">Those by this instance that Redis has not confirmed.</param>
    /// <param name="now">The time.</param>
    public static Explanation Of(in EnvelopeReader envelope, TagStateSnapshot state, in UnconfirmedTagInvalidations unconfirmed, long now)
    {
        var verdict = EntryValidator.Validate(envelope, state, now, unconfirmed, out var tag);
        var header = envelope.Header;
        return verdict switch
        {
            Verdict.Fresh => new(CacheEntryStatus.Fresh, CacheStatusReason.None),
            Verdict.Stale when !tag.IsEmpty && unconfirmed.IsExpiredHere(tag) => new(CacheEntryStatus.Stale, CacheStatusReason.InvalidationUnconfirmed, NameOf(tag)),
            Verdict.Invalidated when !tag.IsEmpty && unconfirmed.IsEvictedHere(tag) => new(CacheEntryStatus.Invalidated, CacheStatusReason.InvalidationUnconfirmed, NameOf(tag)),
            Verdict.Stale when !tag.IsEmpty => new(CacheEntryStatus.Stale, CacheStatusReason.TagExpired, NameOf(tag), state.Invalidations[tag].At(TagInvalidationKind.Expire)),
            Verdict.Stale => new(CacheEntryStatus.Stale, CacheStatusReason.FreshnessEnded),
            _ when !tag.IsEmpty => new(CacheEntryStatus.Invalidated, CacheStatusReason.TagEvicted, NameOf(tag), state.Invalidations[tag].At(TagInvalidationKind.Evict)),
            _ when header.Generation != state.Stamp.Generation => new(CacheEntryStatus.Invalidated, CacheStatusReason.OtherGeneration),
            _ when header.Epoch > state.Stamp.Epoch => new(CacheEntryStatus.Invalidated, CacheStatusReason.AheadOfHistory),
            _ => new(CacheEntryStatus.Invalidated, CacheStatusReason.BelowFloor),
        };
    }

    /// <summary>For an entry without tags, which no eviction reaches.</summary>
    public static Explanation OfPlain(in EnvelopeReader envelope, long now) => now >= envelope.Header.FreshUntil
        ? new(CacheEntryStatus.Stale, CacheStatusReason.FreshnessEnded)
        : new(CacheEntryStatus.Fresh, CacheStatusReason.None);

    /// <summary>Returns the text of a tag; its hash if the tag is too long for its ID.</summary>
    public static string NameOf(ReadOnlySpan<byte> id) =>
        id.Length == 1 + Hash && id[0] == (byte)'#' ? "sha256:" + Convert.ToHexStringLower(id[1..])
            : id.Length > 0 ? Encoding.UTF8.GetString(id[1..])
            : "";
}
