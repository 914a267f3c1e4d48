using System.Diagnostics;
using RedisTagCache.History.Recording;

namespace RedisTagCache.History.Checking;

/// <summary>
/// The exceptions that docs/known-limitations.md makes, and no others: which confirmed change an instance may not follow, and when. Each that is
/// made use of is counted.
/// </summary>
internal sealed class Exceptions(Circumstances circumstances, Changes changes)
{
    /// <summary>No lookup waits longer for Redis.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    /// <summary>So soon after Redis is back, the evictions that it has lost are in force again.</summary>
    public static readonly TimeSpan HealedWithin = TimeSpan.FromSeconds(10);

    /// <summary>Copies that were made of what came back follow the repeated eviction as they follow any.</summary>
    public static readonly TimeSpan CopiesFollowWithin = TimeSpan.FromSeconds(2);

    /// <summary>The longest that any value of the plan lives.</summary>
    public static readonly TimeSpan MaxLife = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan _around = TimeSpan.FromSeconds(0.5);

    /// <summary>A call that took longer may have ended with its timeout.</summary>
    private static readonly TimeSpan _setWait = TimeSpan.FromSeconds(0.25);

    private readonly Rollback[] _rollbacks = [.. circumstances.Faults.Select(f => f.Rollback).OfType<Rollback>()];

    /// <summary>Why a read need not show a change; nothing when it must.</summary>
    public (string Reason, Rollback Cause)? Of(in Operation read, in Change change)
    {
        foreach (var rollback in _rollbacks)
        {
            if (!rollback.MayHaveLost(change) || read.End < rollback.LostUntil)
                continue;
            if (change.Kind == Kind.Remove)
            {
                if (read.Start < rollback.BackAt + Ticks(MaxLife))
                    return ("known limitation 10: Redis went back to before the removal", rollback);
                continue;
            }

            var inForce = rollback.BackAt + Ticks(HealedWithin) + (read.Kind == Kind.ReadCopy ? Ticks(CopiesFollowWithin) : 0);
            if (read.Start < inForce)
                return ("known limitation 1: Redis went back to before the eviction, which may not have been repeated yet", rollback);
            if (circumstances.Deaths.TryGetValue(change.By, out var death) && death < inForce && read.Start < rollback.BackAt + Ticks(MaxLife))
                return ("known limitation 2: Redis went back to before the eviction, and its issuer was killed", rollback);
        }

        return null;
    }

    /// <summary>Why a value that was set may have reached Redis after a removal; nothing if it had been there before.</summary>
    public string? OfSet(in Operation read, in Change removal)
    {
        if (changes.SetEnd(read) is not { } end || end >= removal.Start)
            return "a value that was set has no place in the order of removals: the call overlapped with the removal, or its process was killed";
        var (from, until) = (read.StartedAt - Ticks(_around), removal.End);
        return IsLong(end - read.StartedAt) || circumstances.Faults.Any(fault => fault.From < until && fault.Until + Ticks(MaxWait) > from)
            ? "a value that was set may have reached Redis late: Redis did not confirm it in time, or there was a fault"
            : null;
    }

    /// <summary>Why a worker may return a copy that is too old; nothing if it may not.</summary>
    public string? OfCopy(WorkerId worker, in Operation read) =>
        circumstances.ReturnsCopiesInOutages.Contains(worker.Index) && changes.WasUnanswered(worker, read.Start - Ticks(_around), read.End + Ticks(_around))
            ? "known limitation 6: Redis did not answer an instance that returns its copies then"
            : null;

    /// <summary>Whether a call that tells no failure may have ended with its timeout.</summary>
    public static bool MayHaveTimedOut(in Operation set) => IsLong(set.End - set.Start);

    public static long Ticks(TimeSpan span) => (long)(span.TotalSeconds * Stopwatch.Frequency);

    private static bool IsLong(long duration) => duration >= Ticks(_setWait);
}
