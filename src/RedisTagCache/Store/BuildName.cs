namespace RedisTagCache.Store;

/// <summary>The name of this build, and where it was found.</summary>
internal sealed record BuildName(string Name, string Source);
