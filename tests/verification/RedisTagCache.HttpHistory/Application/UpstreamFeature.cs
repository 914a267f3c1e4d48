namespace RedisTagCache.HttpHistory.Application;

/// <summary>What middleware read before the cache.</summary>
internal sealed record UpstreamFeature(long Version);
