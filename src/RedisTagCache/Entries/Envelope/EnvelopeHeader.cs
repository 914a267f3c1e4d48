namespace RedisTagCache.Entries.Envelope;

/// <summary>What an envelope says of its entry besides the tags and the payload.</summary>
/// <param name="Generation">The generation of the token; 0 for entries without tags.</param>
/// <param name="Epoch">The epoch of the token; 0 for entries without tags.</param>
/// <param name="CreatedAt">When it was written.</param>
/// <param name="FreshUntil">When it becomes stale; <see cref="long.MaxValue"/> for never.</param>
/// <param name="EndsAt">When it ends; <see cref="long.MaxValue"/> for never.</param>
/// <param name="Sliding">After how many milliseconds without a read it ends; 0 for none, and for entries with tags.</param>
/// <param name="StaleUntil">Until when it is returned as stale while it is refreshed; 0 for until it ends. Entries with tags only.</param>
/// <param name="PayloadFlags">How the payload is to be read: some of <see cref="EnvelopeLayout.PayloadFlags"/>.</param>
internal readonly record struct EnvelopeHeader(
    ulong Generation, long Epoch, long CreatedAt, long FreshUntil, long EndsAt, long Sliding, long StaleUntil = 0, byte PayloadFlags = 0);
