namespace RedisTagCache.HttpHistory.Application;

/// <summary>A rendering whose request has ended, so that it has been stored.</summary>
/// <param name="Number">The rendering.</param>
/// <param name="Begin">When its request came.</param>
/// <param name="Knows">Which evictions its instance knew when its request came: those that had ended by this time.</param>
/// <param name="Start">When it began.</param>
/// <param name="End">When its request ended.</param>
internal sealed record Stored(long Number, long Begin, long Knows, long Start, long End);
