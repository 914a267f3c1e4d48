namespace RedisTagCache.Topology;

/// <summary>The name of this build, and where it was found.</summary>
internal sealed record BuildOrigin(string Name, string Source);
