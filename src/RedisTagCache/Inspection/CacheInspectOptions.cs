namespace RedisTagCache.Inspection;

/// <summary>How one entry is looked at.</summary>
public sealed record CacheInspectOptions
{
    /// <summary>The build, as it names itself. Default: this one.</summary>
    public string? BuildNamespace { get; init; }

    /// <summary>Whether the payload is read too. Default <see langword="false"/>.</summary>
    public bool IncludePayload { get; init; }
}
