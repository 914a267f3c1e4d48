namespace RedisTagCache.Engine;

/// <summary>The life of a copy, in time stamps of this process.</summary>
/// <param name="FreshUntil">Until when the value is fresh.</param>
/// <param name="StaleUntil">Until when it is returned while it is refreshed.</param>
/// <param name="EndsAt">Until when it is returned if a factory fails.</param>
/// <param name="AskedUntil">Until when the copy is returned without a lookup in Redis.</param>
/// <param name="EagerAt">From when on it is refreshed although it is fresh.</param>
internal readonly record struct CopyTimes(long FreshUntil, long StaleUntil, long EndsAt, long AskedUntil, long EagerAt)
{
    /// <summary>Until when there is nothing to do but to give it out.</summary>
    public long QuietUntil { get; } = Math.Min(Math.Min(FreshUntil, AskedUntil), EagerAt);
}
