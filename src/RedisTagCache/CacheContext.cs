namespace RedisTagCache;

/// <summary>What a factory of <see cref="ITagCache"/> can decide about the value it computes. For the factory alone; not safe for concurrent use.</summary>
public sealed class CacheContext
{
    internal CacheContext(string key, CachePolicy policy, IEnumerable<string> tags)
    {
        Key = key;
        Policy = policy;
        Tags = new HashSet<string>(tags, StringComparer.Ordinal);
    }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>How the value will be kept: at first what the call asked for. Change it with <c>with</c>, or name another profile.</summary>
    public CachePolicy Policy { get; set; }

    /// <summary>The tags the value will carry: at first those of the call.</summary>
    public ISet<string> Tags { get; }

    /// <summary>Whether the value is kept at all. Default <see langword="true"/>. Callers get it in either case.</summary>
    public bool IsStored { get; set; } = true;
}
