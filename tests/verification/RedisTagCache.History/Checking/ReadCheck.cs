using System.Diagnostics;
using RedisTagCache.History.Recording;

namespace RedisTagCache.History.Checking;

/// <summary>Judges reads, each for itself, by the changes of all processes.</summary>
internal sealed class ReadCheck(Changes changes, Circumstances circumstances, Verdicts verdicts, Teller teller)
{
    private readonly Exceptions _exceptions = new(circumstances, changes);

    public void Check(WorkerId worker, in Operation read)
    {
        Verdicts.Count(verdicts.Reads, read.Outcome);
        if (read.Outcome == Outcome.Foreign)
        {
            var told = read;
            verdicts.Violate(Promise.ValuesOfTheirKeys, () => teller.Tell(worker, told));
        }

        // What began to be computed during the read itself is as new as can be.
        if (read.Outcome is not (Outcome.Fresh or Outcome.Stale or Outcome.Value) || read.StartedAt >= read.Start)
            return;

        var promise = read.Kind == Kind.ReadRedis ? Promise.ReadsOfRedis : Promise.ReadsOfCopies;
        Verdicts.Count(verdicts.Checked, promise);
        Verdicts.Count(verdicts.Checked, Promise.ValuesOfTheirKeys);
        if (circumstances.Before(read.Start) is { } fault)
            Verdicts.Count(verdicts.CheckedAfter, fault.Name);
        var newest = Check(worker, read, changes.Hard(read.Target), promise);
        CheckVersion(worker, read, promise, newest);
        if (read.Outcome == Outcome.Fresh)
        {
            Verdicts.Count(verdicts.Checked, Promise.ExpiredIsNotFresh);
            Check(worker, read, changes.Soft(read.Target), Promise.ExpiredIsNotFresh);
        }
    }

    /// <returns>When the newest change began that the read had to show; 0 where it shows an older value, which is told.</returns>
    private long Check(WorkerId worker, in Operation read, ReadOnlySpan<ChangeLog> logs, Promise promise)
    {
        var newest = 0L;
        foreach (var log in logs)
            newest = Math.Max(newest, log.NewestStart(read.Start));
        if (read.StartedAt >= newest)
            return newest;

        // Something confirmed before the read began is newer than the value: which of it has to be shown?
        Change? oldest = null;
        (string Reason, Rollback? Cause)? excuse = null;
        foreach (var log in logs)
        {
            foreach (var change in log.Between(read.StartedAt, read.Start))
            {
                if (change.Kind == Kind.Remove && read.IsSet && _exceptions.OfSet(read, change) is { } reason)
                    excuse ??= (reason, null);
                else if (changes.IsFirstSet(read))
                    excuse ??= ("known limitation 7: a value that was set before its instance had heard of Redis for the first time", null);
                else if (_exceptions.Of(read, change) is { } exception)
                    excuse = exception;
                else if (oldest is null || change.End < oldest.Value.End)
                    oldest = change;
            }
        }

        if (oldest is { } due)
            Late(worker, read, due, promise);
        else if (excuse is { } given)
            Excuse(read, given.Reason, given.Cause);
        return 0;
    }

    private void Late(WorkerId worker, in Operation read, Change due, Promise promise)
    {
        var late = read.Start - due.End;
        var told = read;
        if (read.Kind == Kind.ReadCopy && late <= Exceptions.Ticks(Exceptions.CopiesFollowWithin))
            verdicts.Staleness.Add(late * 1_000.0 / Stopwatch.Frequency);
        else if (read.Kind == Kind.ReadCopy && _exceptions.OfCopy(worker, read) is { } reason)
            Verdicts.Count(verdicts.NotJudged, reason);
        else
            verdicts.Violate(promise, () => teller.Tell(worker, told, due));
    }

    private void Excuse(in Operation read, string reason, Rollback? cause)
    {
        Verdicts.Count(verdicts.NotJudged, reason);
        if (cause is null || reason.StartsWith("known limitation 10", StringComparison.Ordinal))
            return;
        verdicts.HealedAfter.TryGetValue(cause, out var after);
        verdicts.HealedAfter[cause] = Math.Max(after, (double)(read.Start - cause.BackAt) / Stopwatch.Frequency);
    }

    /// <summary>The same by what a user sees: the version that the database had when the newest change began. Independent of when a computation says that it began.</summary>
    private void CheckVersion(WorkerId worker, in Operation read, Promise promise, long newest)
    {
        if (newest == 0 || read.IsSet)
            return;
        var version = changes.Versions(read.Target).At(newest);
        var told = read;
        if (read.Version < version)
            verdicts.Violate(promise, () => $"{teller.Tell(worker, told)}; the database had version {version} when a confirmed change began");
    }
}
