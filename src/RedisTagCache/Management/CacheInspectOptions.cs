namespace RedisTagCache.Management;

/// <summary>Specifies how to inspect an entry.</summary>
public sealed record CacheInspectOptions
{
    /// <summary>Gets the name of the build. The default is this build.</summary>
    public string? BuildNamespace { get; init; }

    /// <summary>Gets whether to read the payload too. The default is <see langword="false"/>.</summary>
    public bool IncludePayload { get; init; }
}
