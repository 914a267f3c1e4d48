namespace RedisTagCache.HttpHistory.Application;

/// <summary>What middleware leaves in a request, and so where the stale pages of an application are rendered again.</summary>
internal enum RefreshState
{
    /// <summary>State that a refresh would lack. A request renders the page and waits for it.</summary>
    Missing,

    /// <summary>The same state, which the application copies to the refresh.</summary>
    Prepared,

    /// <summary>Nothing but headers and plain items, which the cache carries over itself.</summary>
    Carried,
}
