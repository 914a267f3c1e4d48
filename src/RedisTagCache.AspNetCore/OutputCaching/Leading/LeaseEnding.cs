using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using RedisTagCache.AspNetCore.OutputCaching.Refresh;

namespace RedisTagCache.AspNetCore.OutputCaching.Leading;

/// <summary>Releases the lease of a rendering from which no page was stored, and decides what that means for the page.</summary>
internal sealed class LeaseEnding(RefreshAnswers answers, IOptions<RedisTagOutputCacheOptions> options)
{
    /// <summary>After an error, no request waits for the next attempt, and soon one leads again.</summary>
    private static readonly TimeSpan _failedFor = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long no request needs a lease after an answer to a condition or a range, which wakes the requests that wait. One of them renders the page. Those that
    /// ask for parts do not lead again before it.
    /// </summary>
    public static TimeSpan PartDuration { get; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Gives the lease back, if the pass still has one.</summary>
    /// <param name="page">The pass.</param>
    /// <param name="context">Its request.</param>
    /// <param name="hasThrown">Whether the handler threw an exception.</param>
    public Task EndAsync(PageRequest page, HttpContext context, bool hasThrown)
    {
        if (page.TakeLease() is not { } lease)
            return Task.CompletedTask;
        if (page.IsAborted || context.RequestAborted.IsCancellationRequested || (page.Renews is not null && !hasThrown && RefreshAnswers.IsPart(context)))
            return lease.DisposeAsync().AsTask(); // another request renders it
        if (page.Renews is { } stale)
            return answers.EndAsync(stale, lease, isGone: !hasThrown && !page.IsLate && RefreshAnswers.EndsPage(context.Response.StatusCode));
        return lease.PassAsync(UncacheableDuration(context, hasThrown));
    }

    /// <summary>For how long no request waits for a page that was answered like this.</summary>
    public TimeSpan UncacheableDuration(HttpContext context, bool hasThrown) => context.Response.StatusCode switch
    {
        >= StatusCodes.Status500InternalServerError => _failedFor,
        _ when hasThrown => _failedFor,

        // The answer to a condition or a range says nothing about the page.
        _ when RefreshAnswers.IsPart(context) => PartDuration,
        _ => options.Value.UncacheableDuration,
    };
}
