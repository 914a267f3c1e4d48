using RedisTagCache.Entries.Envelope;
using RedisTagCache.Invalidation;

namespace RedisTagCache.Entries;

/// <summary>A lookup of a value. Holds a pooled buffer, as the lookup under it does: dispose it once.</summary>
internal sealed class ValueLookup : IDisposable
{
    private readonly CacheLookup _lookup;

    /// <param name="lookup">The lookup.</param>
    /// <param name="moment">What was known of removals before it.</param>
    public ValueLookup(CacheLookup lookup, RemovalMoment moment)
    {
        _lookup = lookup;
        Moment = moment;
        Identity = lookup.Identity;
        if (!lookup.HasValue)
            return;

        var envelope = EnvelopeReader.Reopen(lookup.Envelope.Span);
        var header = envelope.Header;
        Life = new ValueLife(header.CreatedAt, header.FreshUntil, header.StaleUntil == 0 ? header.EndsAt : header.StaleUntil, header.EndsAt);
        PayloadFlags = header.PayloadFlags;
        EntryVersion = new CacheVersion(lookup.Version.Stamp with { Epoch = header.Epoch, Generation = header.Generation });
        Identity = envelope.Identity.ToArray();
        Tags = new byte[envelope.TagCount][];
        var count = 0;
        foreach (var tag in envelope.Tags)
            Tags[count++] = tag.ToArray();
    }

    public bool IsFound => _lookup.HasValue;

    /// <summary>Gets whether Redis did not respond.</summary>
    public bool IsUnavailable => _lookup.MissReason == CacheMissReason.Unavailable;

    /// <summary>Gets whether it is for this caller alone: callers that joined since then must not get it, and it is not cached locally.</summary>
    public bool IsSuperseded => _lookup.IsSuperseded;

    /// <summary>Whether the value is fresh, by time and by tag invalidations.</summary>
    public bool IsFresh => _lookup.State == CacheLookupState.Fresh;

    /// <summary>For a value whose computation begins now.</summary>
    public CacheVersion Version => _lookup.Version;

    /// <summary>The version from which a value may be returned to this caller, if it waits for one.</summary>
    public CacheVersion Since => _lookup.Since;

    /// <summary>What was known of removals before the lookup.</summary>
    public RemovalMoment Moment { get; }

    /// <summary>Gets the bytes that identify this write of the entry; empty if there is none.</summary>
    public ReadOnlyMemory<byte> Identity { get; }

    public ValueLife Life { get; }

    /// <summary>When the value that was found began.</summary>
    public CacheVersion EntryVersion { get; }

    public byte[][] Tags { get; } = [];

    public byte PayloadFlags { get; }

    public ReadOnlyMemory<byte> Payload => _lookup.Payload;

    public void Dispose() => _lookup.Dispose();
}

/// <summary>The life of a value, in milliseconds since 1970.</summary>
/// <param name="CreatedAt">When it was computed.</param>
/// <param name="FreshUntil">Until when it is fresh.</param>
/// <param name="StaleUntil">Until when it is returned while it is refreshed.</param>
/// <param name="EndsAt">Until when it is returned if a factory fails.</param>
internal readonly record struct ValueLife(long CreatedAt, long FreshUntil, long StaleUntil, long EndsAt);
