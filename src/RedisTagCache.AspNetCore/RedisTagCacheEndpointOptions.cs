namespace RedisTagCache.AspNetCore;

/// <summary>Provides options for the operations page. They are set in <c>MapRedisTagCache</c> and do not change afterwards.</summary>
public sealed class RedisTagCacheEndpointOptions
{
    /// <summary>
    /// Gets or sets whether the page can show the beginning of an entry's payload. The default is <see langword="false"/>, because payloads can contain personal data. Keys and tags
    /// are always shown.
    /// </summary>
    public bool ShowPayloads { get; set; }

    /// <summary>Gets or sets whether the page is read-only. If so, requests to evict, expire or remove entries get a 403 response. The default is <see langword="false"/>.</summary>
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
            throw new ArgumentOutOfRangeException(nameof(SearchTime), SearchTime, $"{nameof(RedisTagCacheEndpointOptions)}.{nameof(SearchTime)} must be between 1 second and 10 minutes.");
    }
}
