using System.Diagnostics;

namespace RedisTagCache.AspNetCore.Diagnostics;

/// <summary>The activity source of pages.</summary>
internal static class PageActivity
{
    private static readonly ActivitySource _source = new(RedisTagOutputCacheDiagnostics.ActivitySourceName);

    /// <summary>Starts a trace of its own, with a link to the request that started the refresh.</summary>
    public static Activity? Refresh(PageMeter pages, Activity? caller) => _source.StartActivity(
            ActivityKind.Internal, links: caller is null ? null : [new ActivityLink(caller.Context)], name: "page.refresh")
        ?.SetTag(RedisTagOutputCacheDiagnostics.CacheNameDimension, pages.CacheName);

    public static void Outcome(this Activity? activity, PageRefreshOutcome outcome) => activity?
        .SetTag("redistagcache.outcome", PageDimensionValues.Of(outcome))
        .SetStatus(outcome == PageRefreshOutcome.Failed ? ActivityStatusCode.Error : ActivityStatusCode.Unset);
}
