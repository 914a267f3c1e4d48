using System.Diagnostics;

namespace RedisTagCache.Diagnostics;

/// <summary>The activity source. Activities carry counts and outcomes, never keys or tags.</summary>
internal static class CacheActivity
{
    private static readonly ActivitySource _source = new(RedisTagCacheDiagnostics.ActivitySourceName);

    /// <summary>Whether anybody listens: to be asked before anything is done for a trace alone.</summary>
    public static bool HasListeners => _source.HasListeners();

    public static Activity? GetOrCreate(CacheMeter cache)
    {
        var activity = Start(cache, "cache.get_or_create", CacheRegion.Hybrid);
        activity.Outcome(CacheOutcome.Miss); // unless a value is found
        return activity;
    }

    public static Activity? Factory(CacheMeter cache) => _source.StartActivity("cache.factory").Of(cache);

    public static Activity? Lookup(CacheMeter cache, CacheRegion region) => Start(cache, "cache.lookup", region);

    public static Activity? Write(CacheMeter cache, CacheRegion region) => Start(cache, "cache.write", region);

    public static Activity? Evict(CacheMeter cache, CacheEventDetail kind, int tags)
    {
        var activity = _source.StartActivity("cache.evict").Of(cache);
        activity?.SetTag("redistagcache.kind", DimensionValues.Of(kind)).SetTag("redistagcache.tag_count", tags);
        return activity;
    }

    /// <summary>Starts a trace of its own, with a link to the caller that started the refresh.</summary>
    public static Activity? Refresh(CacheMeter cache, Activity? caller) => _source.StartActivity(
        ActivityKind.Internal, links: caller is null ? null : [new ActivityLink(caller.Context)], name: "cache.refresh").Of(cache);

    public static Activity? Sync(CacheMeter cache) => _source.StartActivity("cache.sync").Of(cache);

    public static void Sync(this Activity? activity, CacheEventDetail kind, CacheOutcome outcome)
    {
        activity?.SetTag("redistagcache.kind", DimensionValues.Of(kind));
        activity.Outcome(outcome);
    }

    public static void Role(this Activity? activity, CacheEventDetail role) => activity?.SetTag("redistagcache.role", DimensionValues.Of(role));

    public static void Outcome(this Activity? activity, CacheWriteOutcome outcome) => activity.Outcome(CacheMeter.OutcomeOf(outcome));

    public static void Outcome(this Activity? activity, CacheOutcome outcome)
    {
        activity?.SetTag("redistagcache.outcome", DimensionValues.Of(outcome));
        if (outcome is CacheOutcome.Failed or CacheOutcome.Error)
            activity?.SetStatus(ActivityStatusCode.Error);
    }

    private static Activity? Of(this Activity? activity, CacheMeter cache) => activity?.SetTag(RedisTagCacheDiagnostics.CacheNameDimension, cache.CacheName);

    private static Activity? Start(CacheMeter cache, string name, CacheRegion region)
    {
        var activity = _source.StartActivity(name).Of(cache);
        activity?.SetTag("redistagcache.region", region.Name);
        return activity;
    }
}
