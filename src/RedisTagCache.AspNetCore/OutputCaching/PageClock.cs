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

/// <summary>
/// Reads the first bytes of a page, as ASP.NET Core writes them: the revision of the format, the time of the rendering in ticks, and the
/// offset of that time in minutes, each as a number of seven bits a byte.
/// </summary>
internal static class StoredPage
{
    private const int MaxRevision = 2;

    /// <summary>Gets when the page was rendered, by the clock of the instance that rendered it.</summary>
    /// <param name="page">The bytes of the page.</param>
    /// <param name="created">The time.</param>
    /// <param name="ticks">Where in the bytes the ticks are.</param>
    /// <returns><see langword="false"/> when the bytes are not of a known format.</returns>
    public static bool TryGetCreated(ReadOnlySpan<byte> page, out DateTimeOffset created, out Range ticks)
    {
        var at = 0;
        (created, ticks) = (default, default);
        if (!TryRead(page, ref at, out var revision) || revision is 0 or > MaxRevision)
            return false;
        var start = at;
        if (!TryRead(page, ref at, out var value) || value > (ulong)DateTime.MaxValue.Ticks)
            return false;
        ticks = start..at;
        if (!TryRead(page, ref at, out var offset) || offset != 0)
            return false;
        created = new DateTimeOffset((long)value, TimeSpan.Zero);
        return true;
    }

    /// <summary>Writes another time into the bytes of a page.</summary>
    /// <param name="ticks">The bytes in which the ticks are.</param>
    /// <param name="created">The time.</param>
    /// <returns><see langword="false"/> when it does not fit into them; then nothing is written.</returns>
    public static bool TryWrite(Span<byte> ticks, DateTimeOffset created)
    {
        var value = (ulong)created.UtcTicks;
        if (value >> (7 * (ticks.Length - 1)) is 0 or > 0x7F)
            return false;
        for (var i = 0; i < ticks.Length; i++, value >>= 7)
            ticks[i] = (byte)(value & 0x7F | (i < ticks.Length - 1 ? 0x80u : 0));
        return true;
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, ref int at, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 63 && at < bytes.Length; shift += 7)
        {
            var part = bytes[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return true;
        }

        return false;
    }
}
