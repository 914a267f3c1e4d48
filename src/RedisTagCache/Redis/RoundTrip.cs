namespace RedisTagCache.Redis;

/// <summary>What one question to a server showed.</summary>
internal sealed record RoundTrip(TimeSpan Duration, string? ServerKind, string? ServerVersion);
