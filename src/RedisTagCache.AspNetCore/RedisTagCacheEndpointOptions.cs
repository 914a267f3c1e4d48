namespace RedisTagCache.AspNetCore;

/// <summary>What the operations page shows and may do. Given to <c>MapRedisTagCache</c>; fixed from then on.</summary>
public sealed class RedisTagCacheEndpointOptions
{
    /// <summary>
    /// Whether the beginning of an entry's payload can be looked at. Default <see langword="false"/>: payloads are what your users see and may be personal; keys and tags
    /// are shown in any case.
    /// </summary>
    public bool ShowPayloads { get; set; }

    /// <summary>Whether the page only looks: nothing can be evicted, expired or removed, and requests to do so are answered with 403. Default <see langword="false"/>.</summary>
    public bool IsReadOnly { get; set; }

    /// <summary>
    /// Whether everybody who reaches the page may open it, outside of the environment Development too. Default <see langword="false"/>: without an authorization policy it
    /// refuses every request there. Set it where something in front of the application decides who gets through.
    /// </summary>
    public bool AllowAnonymous { get; set; }

    /// <summary>
    /// How long one search may walk through the keys. 1 second to 10 minutes; default 10 seconds. Longer: it gets further in a large cache, some 40,000 keys a second at the
    /// most, and Redis is busy with it for longer.
    /// </summary>
    public TimeSpan SearchTime { get; set; } = TimeSpan.FromSeconds(10);

    internal void Validate()
    {
        if (SearchTime < TimeSpan.FromSeconds(1) || SearchTime > TimeSpan.FromMinutes(10))
            throw new ArgumentOutOfRangeException(nameof(SearchTime), SearchTime, $"{nameof(SearchTime)} is 1 second to 10 minutes.");
    }
}
