using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace RedisTagCache.AspNetCore.OutputCaching;

/// <summary>
/// Keeps the clocks of other instances from deciding whether a page is served. ASP.NET Core serves no page that was rendered in the future by its own
/// clock, and answers a condition by the time of the rendering where the page does not say when it was changed.
/// </summary>
internal sealed class PageClock(TimeProvider time)
{
    /// <summary>How much the clocks of instances are taken to differ at most, and how exact a header is.</summary>
    private static readonly TimeSpan _tolerance = TimeSpan.FromSeconds(5);

    /// <summary>Makes a page that was found ready for the middleware.</summary>
    /// <param name="content">The bytes of the page.</param>
    /// <param name="isShared">Whether others read the same bytes.</param>
    /// <param name="request">The request that it is served to.</param>
    /// <returns>The bytes to serve.</returns>
    public byte[] Prepare(byte[] content, bool isShared, HttpRequest? request)
    {
        if (!StoredPage.TryGetCreated(content, out var created, out var ticks))
            return content;
        if (request is not null)
            Ignore(request, created);
        var now = time.GetUtcNow();
        if (created < now)
            return content;

        // The age of such a page is zero seconds. It must have started before the middleware looks at its clock.
        var served = isShared ? content.AsSpan().ToArray() : content;
        StoredPage.TryWrite(served.AsSpan()[ticks], now.AddTicks(-1));
        return served;
    }

    /// <summary>
    /// Ignores a condition that could be about an earlier page: the client names a time that is not clearly before this page was rendered. Where the
    /// page has no time of change, the client took it from the header Date of what it has, and that may have been evicted in the same second.
    /// </summary>
    private static void Ignore(HttpRequest request, DateTimeOffset created)
    {
        if (request.Headers.IfModifiedSince is [{ } text] && DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since) && since >= created - _tolerance)
            request.Headers.Remove("If-Modified-Since");
    }
}
