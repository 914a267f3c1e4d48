namespace RedisTagCache.HttpHistory.Evictions;

/// <summary>Something that can be evicted: a tag or a path. Evicted for good, or made stale.</summary>
internal sealed class Evictable(string name)
{
    /// <summary>The tag, or the path with a slash in front.</summary>
    public string Name { get; } = name;

    public EvictionLog Hard { get; } = new();

    public EvictionLog Soft { get; } = new();
}
