namespace RedisTagCache.Inspection;

/// <summary>How fast a server is walked through. Between two pages it serves others.</summary>
/// <param name="PageSize">Keys the server walks past in one step. 10 to 10,000; more: sooner done, and others wait longer for each step.</param>
/// <param name="Pause">The rest between two steps. Zero to 10 seconds.</param>
public readonly record struct CacheScanPace(int PageSize, TimeSpan Pause)
{
    /// <summary>500 keys, then 10 milliseconds of rest.</summary>
    public static CacheScanPace Default { get; } = new(500, TimeSpan.FromMilliseconds(10));
}
