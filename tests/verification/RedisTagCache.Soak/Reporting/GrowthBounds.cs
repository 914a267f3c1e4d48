namespace RedisTagCache.Soak.Reporting;

/// <summary>
/// What must not grow. Only of the web process that lives through the whole run: the other starts again each time it is killed.
/// </summary>
internal static class GrowthBounds
{
    private const double Mb = 1024 * 1024;
    private static readonly TimeSpan _warmUp = TimeSpan.FromMinutes(5);

    public static readonly GrowthBound[] All =
    [
        new("live heap after a collection, MB", "a_heap_live", 0.2, 10, Mb),
        new("resident memory, MB", "a_rss", 0.2, 50, Mb),
        new("threads", "a_threads", 0, 10),
        new("tags in the tag state", "a_tag_state_tags", 0.2, 20),
        new("bytes of local copies, MB", "a_local_bytes", 0.2, 1, Mb),
        new("marks in Redis", "redis_marks", 0.2, 20),
        new("keys in Redis", "redis_keys", 0.2, 50),
        new("memory of Redis, MB", "redis_memory", 0.2, 5, Mb)
    ];

    /// <param name="samples">Of the whole run.</param>
    /// <param name="duration">Of the run.</param>
    /// <param name="cycle">
    /// After so long every fault has come once. A window holds whole cycles where it can, else the faults that happen to lie in one would make the difference.
    /// </param>
    public static GrowthResult Measure(SampleTable samples, TimeSpan duration, TimeSpan cycle)
    {
        var isLongEnough = duration > _warmUp * 3;
        var warmUp = isLongEnough ? _warmUp : duration / 5;
        var quarter = (duration - warmUp) / 4;
        var window = quarter > cycle ? cycle * Math.Floor(quarter / cycle) : quarter;
        var seconds = samples["seconds"];
        return new GrowthResult(warmUp, window, isLongEnough, [.. All.Select(bound => (bound, Growth.Measure(seconds, samples[bound.Column], warmUp, window)))]);
    }
}
