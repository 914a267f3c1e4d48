using RedisTagCache.History.Recording;

namespace RedisTagCache.History.Checking;

/// <summary>
/// Compares what a fleet has recorded with what was promised. Pure. Two passes: the changes are kept, the reads are streamed, each judged by the
/// changes that were confirmed before it began.
/// </summary>
internal static class Checker
{
    /// <param name="histories">What each process has recorded.</param>
    /// <param name="circumstances">What was done to them.</param>
    /// <param name="zero">The time stamp from which times are told.</param>
    public static Verdicts Check(IReadOnlyList<IHistory> histories, Circumstances circumstances, long zero = 0)
    {
        var verdicts = new Verdicts();
        var teller = new Teller(circumstances, zero);
        var changes = Changes.Of(histories);
        var reads = new ReadCheck(changes, circumstances, verdicts, teller);
        var runs = new RunCheck(circumstances, changes, verdicts, teller);
        foreach (var history in histories)
        {
            foreach (var operation in history.Read())
            {
                Verdicts.Count(verdicts.Operations, operation.Kind);
                if (operation.Kind is Kind.ReadRedis or Kind.ReadCopy)
                    reads.Check(history.Worker, operation);
                else
                    runs.Add(history.Worker, operation);
            }
        }

        runs.Check();
        return verdicts;
    }
}
