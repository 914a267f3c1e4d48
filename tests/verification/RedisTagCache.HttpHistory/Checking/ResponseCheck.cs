using System.Diagnostics;
using RedisTagCache.HttpHistory.Application;
using RedisTagCache.HttpHistory.Clients;
using RedisTagCache.HttpHistory.Faults;

namespace RedisTagCache.HttpHistory.Checking;

/// <summary>Judges responses, each as soon as it is there, by what was known when its request began.</summary>
internal sealed class ResponseCheck(AppPlan plan, Content content, Trouble trouble, Verdicts verdicts, long zero)
{
    private readonly TimeCheck _times = new(plan, content, trouble, verdicts);

    public void Check(Ask ask, Answer answer)
    {
        verdicts.CountResponse(answer.Cache);
        if (!Expect(Promise.EveryRequestIsAnswered, IsExpected(ask, answer), ask, answer, "the response is none that the page gives"))
            return;
        if (answer.Facts is not { } facts)
            return;

        if (answer.Cache is CacheStatus.Hit or CacheStatus.Stale)
            verdicts.CountCached(facts.IsRefresh > 0, facts.User > 0);
        CheckBody(ask, answer, facts);
        CheckOwner(ask, answer, facts);
        CheckEvictions(ask, answer, facts);
        if (_times.Wait(ask, answer, facts) is { } wait)
            Violate(Promise.WaitsAreBounded, ask, answer, wait);
        if (_times.Age(ask, answer, facts) is { } age)
            Violate(Promise.LifetimesHold, ask, answer, age);
        if (_times.Rendered(ask, answer, facts) is { } rendered)
            Violate(Promise.StoredIsServed, ask, answer, rendered);
        if (answer.Status == 200 && answer.IsWhole)
            ask.Variant.LastTag = facts;
    }

    private static bool IsExpected(Ask ask, Answer answer)
    {
        var habits = ask.Target.Page.Habits;
        return answer.Status switch
        {
            0 => habits.HasFlag(PageHabits.Aborts), // before its headers were sent
            200 => answer.Facts is not null,
            206 => ask.HasRange && habits.HasFlag(PageHabits.AnswersRanges),
            304 => ask.IsConditional,
            302 => habits.HasFlag(PageHabits.Redirects),
            404 => habits.HasFlag(PageHabits.Misses) && answer.Facts is not null,
            429 or 503 or 500 => habits.HasFlag(PageHabits.Fails),
            504 => ask.IsOnlyIfCached,
            _ => false,
        };
    }

    private void CheckBody(Ask ask, Answer answer, in Facts facts)
    {
        var isCut = !answer.IsWhole && ask.Target.Page.Habits.HasFlag(PageHabits.Aborts) && facts.By == ask.Number;
        var isWhole = isCut || (answer.IsWhole && (answer.Body is null || answer.Received == facts.Length));
        Expect(Promise.OneRendering, isWhole && !answer.IsMixed, ask, answer, "the body is not whole, or has bytes of another rendering");
        if (answer.Body is null)
        {
            if (answer.ContentLength > 0 && answer.Status == 200)
                Expect(Promise.OneRendering, answer.ContentLength == facts.Length, ask, answer, "the announced length is not that of the page");
            return;
        }

        Expect(Promise.OneRendering, answer.Tag == answer.Body, ask, answer, "the entity tag is that of another rendering");
        Expect(Promise.OneRendering, answer.Nonce == facts.Nonce, ask, answer, "the nonce in the header is not that in the body");
    }

    private void CheckOwner(Ask ask, Answer answer, in Facts facts)
    {
        var page = ask.Target.Page;
        var isOwn = facts.Page == page.Id
            && facts.Resource == ask.Target.Resource
            && facts.Tenant == ask.Tenant
            && facts.User == ask.User
            && facts.Host == (plan.VariesByHost ? ask.Host : 0)
            && facts.Flavor == (page.VariesByFlavor || plan.BaseVariesByFlavor ? ask.Flavor : 0)
            && facts.Query == ask.Query;
        Expect(Promise.NobodyElses, isOwn, ask, answer, "it shows something else, or is for another tenant, user, host, flavor or query");

        var isRenderedByIt = ask.IsRenderedAs(facts);
        var isUncacheable = answer.Status is not (200 or 304) || answer.SetsCookie || (facts.User > 0 && !page.HasUsers);
        if (isUncacheable)
            Expect(Promise.UncacheableIsNotShared, isRenderedByIt, ask, answer, "it may not be cached, and was rendered for another request");
        CheckStatus(ask, answer, facts, isRenderedByIt);
    }

    private void CheckStatus(Ask ask, Answer answer, in Facts facts, bool isRenderedByIt)
    {
        if (answer.Cache is CacheStatus.None or CacheStatus.Other)
            return;
        var mayBypass = ask.User > 0 && !ask.Target.Page.HasUsers;
        Expect(Promise.StatusIsTrue, answer.Cache == CacheStatus.Bypass == mayBypass, ask, answer, "whether it may come from the cache is not what it says");
        if (answer.Cache == CacheStatus.Stale)
            Expect(Promise.StatusIsTrue, _times.MayBeStale(ask, facts), ask, answer, "it passes for stale, and was neither expired nor old");
        var saysRendered = answer.Cache is CacheStatus.Miss or CacheStatus.Bypass;
        Expect(Promise.StatusIsTrue, saysRendered == isRenderedByIt, ask, answer, saysRendered ? "it was not rendered in this request" : "it was rendered in this request");
    }

    private void CheckEvictions(Ask ask, Answer answer, in Facts facts)
    {
        if (ask.IsRenderedAs(facts))
            return; // as new as can be
        var isHeld = IsHeld(ask, facts, ask.HardFloor);
        if (!isHeld && IsJoinedWhileAway(ask, answer, facts))
            verdicts.Excuse("known limitation 5: a rendering that was joined while Redis did not answer, evicted by another instance");
        else
            Expect(Promise.EvictionsHold, isHeld, ask, answer, "it was rendered, or what it shows was read, before an eviction that had been confirmed");
        if (answer.Cache == CacheStatus.Hit)
            Expect(Promise.LifetimesHold, facts.Start >= ask.SoftFloor, ask, answer, "it had been made stale and passes for fresh");
    }

    private bool IsHeld(Ask ask, in Facts facts, long floor) =>
        facts.Start >= floor
        && !content.WasChangedBefore(ask.Target.ContentId, facts.Version, floor)
        && !(ask.Target.Page.ShowsUpstream && content.WasChangedBefore(ask.Target.ContentId, facts.Upstream, floor));

    /// <summary>Whether the request waited for a rendering in its process while Redis was away, and no eviction by its own instance came between.</summary>
    private bool IsJoinedWhileAway(Ask ask, Answer answer, in Facts facts) =>
        trouble.IsBetween(facts.Start, answer.HeadersAt)
        && ask.Variant.IsUnderWay(facts.Number, ask.Begin)
        && IsHeld(ask, facts, ask.Target.Floor(isSoft: false, ask, grace: long.MaxValue));

    private bool Expect(Promise promise, bool holds, Ask ask, Answer answer, string what)
    {
        if (verdicts.Check(promise, holds))
            return true;
        Violate(promise, ask, answer, what);
        return false;
    }

    private void Violate(Promise promise, Ask ask, Answer answer, string what)
    {
        var facts = answer.Facts;
        verdicts.Violate(promise, () => FormattableString.Invariant(
            $"{what}. {(trouble.IsBetween(facts?.Start ?? ask.Begin, answer.HeadersAt) ? "Redis did not answer shortly before. " : "")}Seed {plan.Seed} ({plan}), {ask}, began {Time(ask.Begin)}, hard floor {Time(ask.HardFloor)} ({ask.Target.Describe(ask.HardFloor)}), soft floor {Time(ask.SoftFloor)} ({ask.Target.Describe(ask.SoftFloor)}), stored {ask.Stored?.Number} from {Time(ask.Stored?.Start ?? 0)}. Answered {answer.Status} at {Time(answer.HeadersAt)}, {answer.Cache}, nonce {answer.Nonce}, {answer.Received} of {answer.ContentLength} bytes, cookie {answer.SetsCookie}, rendered {Time(facts?.Start ?? 0)}: {facts}. {ask.Target.Page}"));
    }

    private string Time(long stamp) => stamp == 0 ? "-" : FormattableString.Invariant($"{(double)(stamp - zero) / Stopwatch.Frequency:0.0000} s");
}
