namespace RedisTagCache;

/// <summary>Lets a factory of <see cref="ITagCache"/> decide how the value that it computes is cached. Only for the factory; not thread-safe.</summary>
public sealed class CacheContext
{
    internal CacheContext(string key, CachePolicy policy, IEnumerable<string> tags)
    {
        Key = key;
        Policy = policy;
        Tags = new HashSet<string>(tags, StringComparer.Ordinal);
    }

    /// <summary>Gets the key.</summary>
    public string Key { get; }

    /// <summary>Gets or sets how the value is cached. Initially, this is the policy of the call. Change it with <c>with</c>, or set the name of another profile.</summary>
    public CachePolicy Policy { get; set; }

    /// <summary>Gets the tags of the value. Initially, these are the tags of the call.</summary>
    public ISet<string> Tags { get; }

    /// <summary>Gets or sets whether the value is stored. The default is <see langword="true"/>. Callers get the value in either case.</summary>
    public bool IsStored { get; set; } = true;
}
