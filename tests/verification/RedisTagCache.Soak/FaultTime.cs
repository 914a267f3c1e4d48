namespace RedisTagCache.Soak;

internal sealed record FaultTime(string Name, TimeSpan At);
