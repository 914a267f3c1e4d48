namespace RedisTagCache.Benchmarks.Measuring;

/// <summary>How long things are measured.</summary>
/// <param name="WarmUp">For each contender, before.</param>
/// <param name="Rounds">In how many turns.</param>
/// <param name="Slice">How long a turn is.</param>
internal sealed record Pace(TimeSpan WarmUp, int Rounds, TimeSpan Slice)
{
    /// <param name="seconds">For each contender, in all rounds together.</param>
    public static Pace Of(double seconds, int rounds) => new(TimeSpan.FromSeconds(Math.Min(0.5, seconds / 4)), rounds, TimeSpan.FromSeconds(seconds / rounds));
}
