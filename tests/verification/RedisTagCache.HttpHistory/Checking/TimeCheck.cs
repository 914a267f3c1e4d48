using System.Diagnostics;
using RedisTagCache.HttpHistory.Application;
using RedisTagCache.HttpHistory.Clients;
using RedisTagCache.HttpHistory.Faults;
using App = RedisTagCache.HttpHistory.Application.Application;

namespace RedisTagCache.HttpHistory.Checking;

/// <summary>Judges how long a request waited, how old is what it got, and whether it had to be rendered. Each returns what is wrong, or null.</summary>
internal sealed class TimeCheck(AppPlan plan, Content content, Trouble trouble, Verdicts verdicts)
{
    /// <summary>What a request may wait for others: for a page, for the lookup before it, for the one after it, and for the lease between them.</summary>
    private static readonly TimeSpan _bound = App.RenderTimeout + (3 * App.OperationTimeout);

    /// <summary>For what is slow on a busy machine although nobody waits for anybody.</summary>
    private static readonly TimeSpan _slack = TimeSpan.FromSeconds(1);

    /// <summary>How much later than its request a rendering begins at most, and its instance learns of an eviction.</summary>
    private static readonly TimeSpan _learns = TimeSpan.FromSeconds(6);

    public string? Wait(Ask ask, Answer answer, in Facts facts)
    {
        var waited = Stopwatch.GetElapsedTime(ask.Begin, answer.HeadersAt);
        if (facts.By == ask.Number)
            waited -= TimeSpan.FromMilliseconds(facts.Took);
        if (verdicts.Check(Promise.WaitsAreBounded, waited <= _bound + _slack))
            return null;
        var stall = trouble.Stall(ask.Begin, answer.HeadersAt);
        if (waited > _bound + _slack + (5 * stall))
            return FormattableString.Invariant($"it waited {waited.TotalSeconds:0.00} s for its headers, and the machine stood still for {stall.TotalSeconds:0.00} s at most");
        verdicts.Excuse("a wait while the machine stood still");
        return null;
    }

    public string? Age(Ask ask, Answer answer, in Facts facts)
    {
        if (ask.IsRenderedAs(facts) || answer.Cache is not (CacheStatus.Hit or CacheStatus.Stale))
            return null;
        var page = ask.Target.Page;
        var age = Stopwatch.GetElapsedTime(facts.Start, ask.Begin);
        var most = page.Lifetime + (answer.Cache == CacheStatus.Stale ? page.StaleWindow : TimeSpan.Zero) + TimeSpan.FromMilliseconds(facts.Took) + plan.ClockOffset.Duration() + (2 * _slack);
        if (verdicts.Check(Promise.LifetimesHold, age <= most + (5 * trouble.Stall(facts.Start, ask.Begin))))
            return null;
        return FormattableString.Invariant($"it was rendered {age.TotalSeconds:0.00} s ago, and may be {most.TotalSeconds:0.00} s old");
    }

    public string? Rendered(Ask ask, Answer answer, in Facts facts)
    {
        var page = ask.Target.Page;
        if (ask.Stored is not { } stored || (ask.User > 0 && !page.HasUsers) || ask.IsOnlyIfCached || trouble.IsRefusedBetween(stored.Begin, stored.End))
            return null;
        var ends = stored.Start + Trouble.Ticks(page.Lifetime - plan.ClockOffset.Duration() - (_slack / 2));
        var evicted = Math.Max(ask.Target.LastEnd(isSoft: false, ask.Query), ask.Target.LastEnd(isSoft: true, ask.Query));
        var isKept = answer.HeadersAt < ends && evicted < stored.Knows && content.EndedAt(ask.Target.ContentId) < stored.Start;
        if (!isKept)
            return null;
        if (!ask.IsRenderedAs(facts))
        {
            verdicts.Check(Promise.StoredIsServed, holds: true);
            return null;
        }

        if (trouble.IsBetween(stored.Begin, answer.HeadersAt))
        {
            verdicts.Excuse("a stored page was rendered while Redis did not answer, or until it was found to answer again");
            return null;
        }

        if (ask.Variant.MayBeReplaced(stored, evicted, facts.Number))
        {
            verdicts.Excuse("a stored page was rendered that a rendering from before an eviction may have replaced");
            return null;
        }

        verdicts.Check(Promise.StoredIsServed, holds: false);
        return FormattableString.Invariant($"it was rendered although rendering {stored.Number} had been stored {Stopwatch.GetElapsedTime(stored.End, ask.Begin).TotalSeconds:0.000} s before");
    }

    /// <summary>Whether a page that is said to be stale was expired, or has reached its expiry.</summary>
    public bool MayBeStale(Ask ask, in Facts facts)
    {
        var page = ask.Target.Page;
        var expires = facts.Start + Trouble.Ticks(page.Lifetime - plan.ClockOffset.Duration() - (_slack / 2));
        return Stopwatch.GetTimestamp() > expires || ask.Target.LastEnd(isSoft: true, ask.Query) > facts.Start - Trouble.Ticks(_learns);
    }
}
