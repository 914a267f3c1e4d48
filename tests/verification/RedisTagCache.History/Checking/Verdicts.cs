using RedisTagCache.History.Recording;

namespace RedisTagCache.History.Checking;

/// <summary>What came of the check.</summary>
internal sealed class Verdicts
{
    private const int MostShown = 10;

    public Dictionary<Kind, long> Operations { get; } = [];

    public Dictionary<Outcome, long> Reads { get; } = [];

    /// <summary>What was compared with what was known to have happened before it.</summary>
    public Dictionary<Promise, long> Checked { get; } = [];

    public Dictionary<Promise, long> Violated { get; } = [];

    /// <summary>The first of them, in full.</summary>
    public List<string> Shown { get; } = [];

    /// <summary>What was not judged, by the reason.</summary>
    public Dictionary<string, long> NotJudged { get; } = [];

    /// <summary>Checked reads, by the fault that had started last.</summary>
    public Dictionary<string, long> CheckedAfter { get; } = [];

    /// <summary>How old, in milliseconds, the confirmed changes were that copies did not show yet.</summary>
    public List<double> Staleness { get; } = [];

    /// <summary>How long after Redis was back old content was read for the last time, in seconds.</summary>
    public Dictionary<Rollback, double> HealedAfter { get; } = [];

    public long TotalOperations => Operations.Values.Sum();

    public long TotalChecked => Checked.Where(c => c.Key is Promise.ReadsOfRedis or Promise.ReadsOfCopies or Promise.OneRunAtATime).Sum(c => c.Value);

    public long TotalViolated => Violated.Values.Sum();

    public void Violate(Promise promise, Func<string> text)
    {
        Count(Violated, promise);
        if (Violated[promise] <= MostShown)
            Shown.Add($"{promise}: {text()}");
    }

    public static void Count<T>(Dictionary<T, long> counts, T what)
        where T : notnull
    {
        counts.TryGetValue(what, out var count);
        counts[what] = count + 1;
    }
}
