namespace RedisTagCache.Inspection;

/// <summary>Specifies the pace of a scan. Between two steps, the server serves other clients.</summary>
/// <param name="PageSize">The number of keys that the server scans in one step. Must be between 10 and 10,000. More: the scan ends sooner, but other clients wait longer for each step.</param>
/// <param name="Pause">The pause between two steps. Must be between zero and 10 seconds.</param>
public readonly record struct CacheScanPace(int PageSize, TimeSpan Pause)
{
    /// <summary>Gets the default pace: 500 keys, then a pause of 10 milliseconds.</summary>
    public static CacheScanPace Default { get; } = new(500, TimeSpan.FromMilliseconds(10));
}
