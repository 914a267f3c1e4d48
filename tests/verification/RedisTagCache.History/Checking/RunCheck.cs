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

    /// <summary>A change that Redis did not confirm is retried every second, each time for as long as an operation may take.</summary>
    private static readonly TimeSpan _retriedWithin = TimeSpan.FromSeconds(3);

    /// <summary>Removals and sets this long before are told with a violation.</summary>
    private static readonly TimeSpan _told = TimeSpan.FromSeconds(15);

    private readonly List<(WorkerId By, Operation Run)>[] _runs = [.. Enumerable.Range(0, Plan.Keys).Select(_ => new List<(WorkerId, Operation)>())];
    private readonly List<(WorkerId By, Operation Change)>[] _revocations = [.. Enumerable.Range(0, Plan.Keys).Select(_ => new List<(WorkerId, Operation)>())];

    public void Add(WorkerId worker, in Operation operation)
    {
        if (operation.Kind == Kind.Run)
            _runs[operation.Target].Add((worker, operation));
        else if (operation.Kind is Kind.Remove or Kind.Set)
            _revocations[operation.Target].Add((worker, operation));
    }

    public void Check()
    {
        for (var key = 0; key < Plan.Keys; key++)
        {
            _runs[key].Sort(static (a, b) => a.Run.Start.CompareTo(b.Run.Start));
            _revocations[key].Sort(static (a, b) => a.Change.Start.CompareTo(b.Change.Start));
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
        if (IsRevoked(first.Run, second.Run, static (_, change) => change.End))
            Verdicts.Count(verdicts.NotJudged, "two runs at a time: the value was removed or set meanwhile, which revokes the lease");
        else if (IsRevoked(first.Run, second.Run, RetriedUntil))
            Verdicts.Count(verdicts.NotJudged, "two runs at a time: a removal or a set that Redis had not confirmed was retried, which revokes the lease");
        else if (Cause(first, second) is { } fault)
            Verdicts.Count(verdicts.NotJudged, $"two runs at a time: {fault.Name}");
        else if (IsUnanswered(first, second) || IsUnanswered(second, first))
            Verdicts.Count(verdicts.NotJudged, "two runs at a time: Redis did not answer one of the instances, although no fault was injected just then");
        else
            verdicts.Violate(Promise.OneRunAtATime, () => $"{teller.Tell(first.By, first.Run)} AND {teller.Tell(second.By, second.Run)}; {TellRevocations(first.Run)}");
    }

    /// <summary>Tells what could have revoked the lease, so that one run is enough to find the cause.</summary>
    private string TellRevocations(Operation first)
    {
        var near = _revocations[first.Target].Where(one => one.Change.Start < first.End && one.Change.End > first.Start - Exceptions.Ticks(_told)).Select(one => teller.TellChange(one.By, one.Change));
        return string.Join("; ", near.DefaultIfEmpty("nothing removed or set the value before"));
    }

    /// <summary>Whether a removal or a set may have revoked the lease between the moment at which it was asked for and the second run.</summary>
    private bool IsRevoked(Operation first, Operation second, Func<WorkerId, Operation, long> effectiveUntil)
    {
        var from = first.Start - Exceptions.Ticks(_askedBefore);
        foreach (var (by, change) in _revocations[first.Target])
        {
            if (change.Start >= second.Start)
                return false;
            if (effectiveUntil(by, change) > from)
                return true;
        }

        return false;
    }

    /// <summary>
    /// What Redis did not confirm is retried, until shortly after the faults are over that began before the call ended. A set tells no failure: each one during a fault counts, and each one that took as long as a timeout.
    /// </summary>
    private long RetriedUntil(WorkerId by, Operation change)
    {
        var faults = circumstances.Faults.Where(fault => fault.From < change.End && fault.Until > change.Start && (fault.Worker is null || fault.Worker == by));
        var until = faults.Select(fault => fault.Until).DefaultIfEmpty(change.End).Max();
        var isConfirmed = change.Kind == Kind.Set ? until == change.End && !Exceptions.MayHaveTimedOut(change) : change.Outcome == Outcome.Done;
        return isConfirmed ? change.End : Math.Max(until, change.End) + Exceptions.Ticks(_retriedWithin);
    }

    private bool IsUnanswered((WorkerId By, Operation Run) one, (WorkerId By, Operation Run) other) =>
        changes.WasUnanswered(one.By, Math.Min(one.Run.Start, other.Run.Start) - Exceptions.Ticks(_askedBefore), one.Run.Start);

    private Fault? Cause((WorkerId By, Operation Run) first, (WorkerId By, Operation Run) second) => circumstances.Faults.FirstOrDefault(fault =>
        fault.Leases != LeasesLost.None
        && fault.From < second.Run.Start
        && fault.Until + Exceptions.Ticks(_aftermath) > first.Run.Start
        && (fault.Leases == LeasesLost.All || fault.Worker == first.By || fault.Worker == second.By));
}
