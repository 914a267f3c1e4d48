using Microsoft.Extensions.Logging;
using RedisTagCache.Diagnostics.Advice;

namespace RedisTagCache.AspNetCore.Diagnostics;

/// <summary>All log lines. None has a key, a tag or an address in it.</summary>
internal static partial class Log
{
    [LoggerMessage(LogIds.TagValueMissing, LogLevel.Debug, "A tag of {Endpoint} names a value that the request does not have. The tag is left out.")]
    public static partial void TagValueMissing(ILogger logger, string? endpoint);

    [LoggerMessage(LogIds.EvictionTagIncomplete, LogLevel.Warning, "A tag that {Endpoint} evicts names a value that the request does not have, or has too many of, so nothing is evicted for that tag. This endpoint is not reported again. Compare the names in its tags with those of its route and its query.")]
    public static partial void EvictionTagIncomplete(ILogger logger, string? endpoint);

    [LoggerMessage(LogIds.PageTagIncomplete, LogLevel.Warning, "A page of {Endpoint} is not stored: one of its tags names values that the request has too many of, for more than {Limit} tags. This endpoint is not reported again.")]
    public static partial void PageTagIncomplete(ILogger logger, string? endpoint, int limit);

    [LoggerMessage(LogIds.PageTagUnknown, LogLevel.Warning, "A page of {Endpoint} is not stored: one of its tags has a name that is a parameter neither of its route nor of its handler, so evictions of that tag would not reach the page. This endpoint is not reported again. Rename the value in the tag.")]
    public static partial void PageTagUnknown(ILogger logger, string? endpoint);

    [LoggerMessage(LogIds.EvictionNotConfirmed, LogLevel.Error, "Redis did not confirm the eviction after a response. It is retried until Redis confirms it.")]
    public static partial void EvictionNotConfirmed(ILogger logger, Exception exception);

    [LoggerMessage(LogIds.PageRefreshFailed, LogLevel.Warning, "The refresh of a page returned no page that can be stored (status {Status}), so the old page is served within its stale window. The next refresh starts after RetryDelay ({Count} since the previous line).")]
    public static partial void PageRefreshFailed(ILogger logger, Exception? exception, int status, long count);

    [LoggerMessage(LogIds.PageRefreshDiffers, LogLevel.Warning, "The refresh of {Endpoint} had another cache key than the original request, so its page was not stored. The key depends on state that differs when the request runs again. Set RedisTagOutputCacheOptions.PrepareRefresh to restore it ({Count} since the previous line).")]
    public static partial void PageRefreshDiffers(ILogger logger, string? endpoint, long count);

    [LoggerMessage(LogIds.OperationsUnprotected, LogLevel.Error, "The operations page is mapped without an authorization policy outside of Development, and rejects every request. Add RequireAuthorization() to MapRedisTagCache().")]
    public static partial void OperationsUnprotected(ILogger logger);

    [LoggerMessage(LogIds.OperatorActed, LogLevel.Information, "On the operations page: {Action} ({Count}).")]
    public static partial void OperatorActed(ILogger logger, string action, int count);

    [LoggerMessage(LogIds.PageRefreshedByRequest, LogLevel.Information, "Middleware before the output cache gives requests for {Endpoint} state that a background refresh does not have, so the request that finds a stale page renders it. To refresh in the background, set RedisTagOutputCacheOptions.PrepareRefresh ({Count} since the previous line).")]
    public static partial void PageRefreshedByRequest(ILogger logger, string? endpoint, long count);

    [LoggerMessage(LogIds.VisitorPageStale, LogLevel.Warning, "Pages of {Endpoint} vary by the header Cookie or Authorization, so each visitor may have pages of their own, and they have a stale window of {Seconds} s. A background refresh then runs with the cookies of that visitor, even after the visitor has signed out. Remove the stale window. This endpoint is not reported again. See {Page}")]
    public static partial void VisitorPageStale(ILogger logger, string? endpoint, long seconds, DocumentationLink page);

    [LoggerMessage(LogIds.HostNotVaried, LogLevel.Warning, "Pages of {Endpoint} do not vary by host, and the application accepts every host. If a page shows the host, one request with a made-up host decides what all visitors see. Set AllowedHosts to your own hosts. Other endpoints are not reported. See {Page}")]
    public static partial void HostNotVaried(ILogger logger, string? endpoint, DocumentationLink page);
}
