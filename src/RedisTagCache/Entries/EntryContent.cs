using System.Buffers;
using RedisTagCache.Entries.Envelope;
using RedisTagCache.Tags;

namespace RedisTagCache.Entries;

/// <summary>What an entry is written with.</summary>
/// <param name="Tags">The ids of its tags.</param>
/// <param name="Payload">The bytes.</param>
/// <param name="Life">Its times.</param>
/// <param name="TimeToLive">How long Redis stores it, in milliseconds; zero if it does not expire.</param>
/// <param name="Sliding">Its sliding expiration, in milliseconds; zero for none.</param>
/// <param name="PayloadFlags">How the payload is to be read.</param>
internal readonly record struct EntryContent(byte[][] Tags, ReadOnlySequence<byte> Payload, ValueLife Life, long TimeToLive, long Sliding = 0, byte PayloadFlags = 0)
{
    /// <summary>A hundred years: servers reckon with longer ones, each up to an end of its own.</summary>
    public static long MaxLife { get; } = (long)TimeSpan.FromDays(36_525).TotalMilliseconds;

    /// <summary>Checks what a caller wants to write.</summary>
    /// <param name="key">The entry's key.</param>
    /// <param name="payload">The bytes.</param>
    /// <param name="options">Lifetimes and tags.</param>
    /// <param name="now">Milliseconds since 1970.</param>
    /// <exception cref="ArgumentException">A tag is not valid, or the region takes no tags.</exception>
    public static EntryContent Of(in CacheEntryKey key, in ReadOnlySequence<byte> payload, TagCacheEntryOptions options, long now)
    {
        var tags = Check(key, payload, options);
        var freshUntil = options.Lifetime is { } lifetime && options.StaleWindow > TimeSpan.Zero ? Later(now, lifetime) : long.MaxValue;
        var endsAt = options.Lifetime is { } whole ? Later(Later(now, whole), options.StaleWindow) : long.MaxValue;
        var sliding = options.SlidingExpiration is { } span ? Milliseconds(span) : 0;
        var toEnd = options.Lifetime is null ? 0 : endsAt - now;
        var timeToLive = Math.Min(MaxLife, toEnd == 0 || sliding == 0 ? toEnd + sliding : Math.Min(toEnd, sliding));
        return new EntryContent(tags, payload, new ValueLife(now, freshUntil, StaleUntil: 0, endsAt), timeToLive, sliding);
    }

    /// <summary>The same for the tags alone.</summary>
    public static byte[][] Check(in CacheEntryKey key, in ReadOnlySequence<byte> payload, TagCacheEntryOptions options)
    {
        EntryStore.Check(key);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Lifetime <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(options), options.Lifetime, "Lifetime must be more than zero, or null.");
        if (options.SlidingExpiration <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(options), options.SlidingExpiration, "SlidingExpiration must be more than zero, or null.");
        if (options.StaleWindow < TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(options), options.StaleWindow, "StaleWindow must be zero or more.");
        if (options.SlidingExpiration is not null && (key.Region.IsTagged || options.StaleWindow > TimeSpan.Zero))
            throw new ArgumentException("SlidingExpiration is only for regions without tags, and cannot be combined with StaleWindow.", nameof(options));
        if (!options.Tags.IsEmpty && !key.Region.IsTagged)
            throw new ArgumentException($"Entries of the region '{key.Region}' cannot have tags.", nameof(options));

        var tags = TagId.OfAll(options.Tags.Span, "tags");
        if (EnvelopeWriter.Measure(tags, payload.Length) > EnvelopeLayout.Longest)
            throw new ArgumentOutOfRangeException(nameof(payload), payload.Length, "The payload with its tags must not be larger than a value in Redis can be (512 MiB).");
        return tags;
    }

    public static long Later(long time, TimeSpan span) => time + Milliseconds(span); // a TimeSpan is at most 2^53 ms: no overflow

    private static long Milliseconds(TimeSpan span) => (span.Ticks / TimeSpan.TicksPerMillisecond) + (span.Ticks % TimeSpan.TicksPerMillisecond > 0 ? 1 : 0);
}

/// <summary>On what terms an entry with tags is written.</summary>
/// <param name="Kind">How the write counts for others.</param>
/// <param name="Version">When the computation of its value began, in evictions.</param>
/// <param name="Owner">The owner of the lease under which it was computed; empty without one.</param>
/// <param name="StartedAt">When its computation began, in removals.</param>
internal readonly record struct WriteTerms(WriteKind Kind, CacheVersion Version, string Owner = "", long StartedAt = 0);

/// <summary>How a write counts for others.</summary>
internal enum WriteKind
{
    /// <summary>It stores what a caller has, of any moment.</summary>
    Set,

    /// <summary>It stores what was computed once for all, and gives the lease back.</summary>
    Fill,

    /// <summary>It overwrites, which is numbered and announced.</summary>
    Replace,
}

/// <summary>What became of writing a value.</summary>
/// <param name="Outcome">Whether it is stored.</param>
/// <param name="Removal">When stored: the newest removal it is known not to be superseded by.</param>
/// <param name="Identity">If it was composed: the bytes that identify this write of the entry.</param>
/// <param name="IsCovered">If it was stored: whether this instance knows of all evictions that Redis had made until then, and so can validate a copy.</param>
internal readonly record struct ValueWrite(CacheWriteOutcome Outcome, long Removal, ReadOnlyMemory<byte> Identity, bool IsCovered = false)
{
    /// <summary>Of an overwrite: the number before its own.</summary>
    public long Before { get; init; }

    /// <summary>Gets the version from which a value may be returned to callers that came before the write; the type's default when this instance is behind Redis.</summary>
    public CacheVersion Since { get; init; }

    /// <summary>Gets whether the earlier entry may be gone: this one was written, or it is not known whether it was.</summary>
    public bool MayBeWritten { get; init; } = Outcome != CacheWriteOutcome.Skipped;

    /// <summary>Gets whether the value may be cached locally. If Redis did not get it, it is validated by what was known when its computation began.</summary>
    public bool MayBeCopied => Outcome == CacheWriteOutcome.Skipped || (Outcome == CacheWriteOutcome.Stored && IsCovered);
}

/// <summary>How a payload is to be read.</summary>
internal static class PayloadKinds
{
    public const byte Brotli = EnvelopeLayout.BrotliFlag;
    public const byte GZip = EnvelopeLayout.GZipFlag;
    public const byte Null = EnvelopeLayout.NullFlag;

    /// <summary>The longest there is, in bytes.</summary>
    public const int Longest = EnvelopeLayout.Longest;
}
