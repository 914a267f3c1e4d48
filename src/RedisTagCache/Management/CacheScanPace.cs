namespace RedisTagCache.Management;

/// <summary>Specifies the pace of a scan. Between two steps, the server serves other clients.</summary>
public readonly record struct CacheScanPace
{
    /// <summary>Initializes a new pace.</summary>
    /// <param name="pageSize">The number of keys that the server scans in one step. Must be between 10 and 10,000. More: the scan ends sooner, but other clients wait longer for each step.</param>
    /// <param name="pause">The pause between two steps. Must be between zero and 10 seconds.</param>
    public CacheScanPace(int pageSize, TimeSpan pause) => (PageSize, Pause) = (pageSize, pause);

    /// <summary>Gets the default pace: 500 keys, then a pause of 10 milliseconds.</summary>
    public static CacheScanPace Default { get; } = new(500, TimeSpan.FromMilliseconds(10));

    /// <summary>Gets the number of keys that the server scans in one step.</summary>
    public int PageSize { get; }

    /// <summary>Gets the pause between two steps.</summary>
    public TimeSpan Pause { get; }
}
