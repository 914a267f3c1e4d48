namespace RedisTagCache.Benchmarks.Contenders;

/// <summary>A cache that is measured. Members hand on the cache's own task, so that nothing but its cost is seen.</summary>
internal abstract class Contender(string name)
{
    public string Name { get; } = name;

    public virtual bool HasMemory => true;

    public virtual bool HasSpanKeys => false;

    /// <summary>Gets or computes a value with all layers taking part.</summary>
    public abstract ValueTask<string> GetAsync(string key, string[]? tags);

    public virtual ValueTask<string> GetBySpanAsync(ReadOnlySpan<char> key, string[]? tags) => throw new NotSupportedException();

    /// <summary>Gets or computes a value past the memory of the instance.</summary>
    public abstract ValueTask<byte[]> GetFromRedisAsync(string key, string[] tags);
}
