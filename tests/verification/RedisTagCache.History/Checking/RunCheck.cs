using RedisTagCache.History.Recording;
using RedisTagCache.History.Work;

namespace RedisTagCache.History.Checking;

/// <summary>Judges the runs of factories: two of one key that overlap need a reason.</summary>
internal sealed class RunCheck(Circumstances circumstances, Changes changes, Verdicts verdicts, Teller teller)
{
    /// <summary>So long after a fault there are runs without a lease, or with one that was lost: that of a lease, and of a factory.</summary>
    private static readonly TimeSpan _aftermath = WorkerProgram.LeaseDuration + TimeSpan.FromSeconds(1);

    /// <summary>A lease is asked for before its run begins; a removal in between takes it away unseen.</summary>
    private static readonly TimeSpan _askedBefore = TimeSpan.FromSeconds(2);

    private readonly List<(WorkerId By, Operation Run)>[] _runs = [.. Enumerable.Range(0, Plan.Keys).Select(_ => new List<(WorkerId, Operation)>())];
    private readonly List<Operation>[] _revocations = [.. Enumerable.Range(0, Plan.Keys).Select(_ => new List<Operation>())];

    public void Add(WorkerId worker, in Operation operation)
    {
        if (operation.Kind == Kind.Run)
            _runs[operation.Target].Add((worker, operation));
        else if (operation.Kind is Kind.Remove or Kind.Set)
            _revocations[operation.Target].Add(operation);
    }

    public void Check()
    {
        for (var key = 0; key < Plan.Keys; key++)
        {
            _runs[key].Sort(static (a, b) => a.Run.Start.CompareTo(b.Run.Start));
            _revocations[key].Sort(static (a, b) => a.Start.CompareTo(b.Start));
            for (var i = 0; i < _runs[key].Count; i++)
            {
                Verdicts.Count(verdicts.Checked, Promise.OneRunAtATime);
                for (var j = i + 1; j < _runs[key].Count && _runs[key][j].Run.Start < _runs[key][i].Run.End; j++)
                    Overlap(_runs[key][i], _runs[key][j]);
            }
        }
    }

    private void Overlap((WorkerId By, Operation Run) first, (WorkerId By, Operation Run) second)
    {
        if (Revocation(first.Run, second.Run))
            Verdicts.Count(verdicts.NotJudged, "two runs at a time: the value was removed or set meanwhile, which revokes the lease");
        else if (Cause(first, second) is { } fault)
            Verdicts.Count(verdicts.NotJudged, $"two runs at a time: {fault.Name}");
        else if (IsUnanswered(first, second) || IsUnanswered(second, first))
            Verdicts.Count(verdicts.NotJudged, "two runs at a time: Redis did not answer one of the instances, although no fault was injected just then");
        else
            verdicts.Violate(Promise.OneRunAtATime, () => $"{teller.Tell(first.By, first.Run)} AND {teller.Tell(second.By, second.Run)}");
    }

    private bool Revocation(Operation first, Operation second)
    {
        var from = first.Start - Exceptions.Ticks(_askedBefore);
        foreach (var revocation in _revocations[first.Target])
        {
            if (revocation.Start >= second.Start)
                return false;
            if (revocation.End > from)
                return true;
        }

        return false;
    }

    private bool IsUnanswered((WorkerId By, Operation Run) one, (WorkerId By, Operation Run) other) =>
        changes.WasUnanswered(one.By, Math.Min(one.Run.Start, other.Run.Start) - Exceptions.Ticks(_askedBefore), one.Run.Start);

    private Fault? Cause((WorkerId By, Operation Run) first, (WorkerId By, Operation Run) second) => circumstances.Faults.FirstOrDefault(fault =>
        fault.Leases != LeasesLost.None
        && fault.From < second.Run.Start
        && fault.Until + Exceptions.Ticks(_aftermath) > first.Run.Start
        && (fault.Leases == LeasesLost.All || fault.Worker == first.By || fault.Worker == second.By));
}
