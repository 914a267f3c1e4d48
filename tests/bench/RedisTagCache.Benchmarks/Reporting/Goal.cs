namespace RedisTagCache.Benchmarks.Reporting;

/// <summary>What is to be reached, in words and as a number.</summary>
/// <param name="Key">By which the template names the limit, where it is not reached.</param>
/// <param name="Text">In words.</param>
/// <param name="Measure">Takes the figure from a run.</param>
/// <param name="AtLeast">The least that will do, or none.</param>
/// <param name="AtMost">The most that will do, or none.</param>
internal sealed record Goal(string Key, string Text, Func<Outcome, double> Measure, double? AtLeast = null, double? AtMost = null)
{
    public bool IsMet(double measured) => (AtLeast is null || measured >= AtLeast) && (AtMost is null || measured <= AtMost);
}
