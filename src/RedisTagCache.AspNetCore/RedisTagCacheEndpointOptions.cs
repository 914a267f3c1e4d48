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
    /// Gets or sets whether the page is open without an authorization policy outside of the Development environment. The default is <see langword="false"/>: without a policy, the page
    /// rejects every request there. Set it only if a proxy in front of the application restricts access.
    /// </summary>
    public bool AllowAnonymous { get; set; }

    /// <summary>
    /// Gets or sets how long one search may scan the keys. Must be between 1 second and 10 minutes. The default is 10 seconds. Longer: a search gets further in a large cache, at most
    /// about 40,000 keys a second, and keeps Redis busy for longer.
    /// </summary>
    public TimeSpan SearchTime { get; set; } = TimeSpan.FromSeconds(10);

    internal void Validate()
    {
        if (SearchTime < TimeSpan.FromSeconds(1) || SearchTime > TimeSpan.FromMinutes(10))
            throw new ArgumentOutOfRangeException(nameof(SearchTime), SearchTime, $"{nameof(SearchTime)} is 1 second to 10 minutes.");
    }
}
