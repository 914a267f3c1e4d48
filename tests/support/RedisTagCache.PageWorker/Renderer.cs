using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.OutputCaching;
using StackExchange.Redis;

namespace RedisTagCache.PageWorker;

/// <summary>Renders pages that take their time, and keeps a list of that in Redis.</summary>
/// <param name="plain">A connection that the cache knows nothing of.</param>
internal sealed class Renderer(ConnectionMultiplexer plain)
{
    public static string[] Methods { get; } = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>A page of 20 ms that needs nothing else.</summary>
    public static async Task<IResult> BriefAsync(string id)
    {
        await Task.Delay(20);
        return Results.Text(id);
    }

    public async Task<IResult> RenderLargeAsync(int mebibytes)
    {
        await plain.GetDatabase().StringIncrementAsync("rendered:large");
        return Results.Bytes(new byte[mebibytes << 20]);
    }

    public async Task<IResult> RenderAsync(string kind, string id, HttpContext context)
    {
        // Told first: a rendering of a process that is killed in the middle counts as well. The clock is, on Linux, one for all processes.
        var told = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId} {Stopwatch.GetTimestamp()}");
        var count = await plain.GetDatabase().ListRightPushAsync($"rendered:{context.Request.Method}:{context.Request.Path}", told);
        await Task.Delay(int.Parse(context.Request.Query["takes"].FirstOrDefault("300")!, CultureInfo.InvariantCulture));
        switch (kind)
        {
            case "brief" when count == 1: // gone stale soon, and then renewed for long
                context.Features.Get<IOutputCacheFeature>()!.Context.ResponseExpirationTimeSpan = TimeSpan.FromMilliseconds(50);
                break;
            case "missing":
                return Results.NotFound();
            case "cookie":
                context.Response.Cookies.Append("visitor", "1");
                break;
            case "late-nostore" when context.Features.Get<IOutputCacheFeature>() is { } feature:
                feature.Context.AllowCacheStorage = false;
                break;
            case "throws":
                throw new InvalidOperationException("A page failed, as it was told to.");
            case "error":
                return Results.StatusCode(StatusCodes.Status500InternalServerError);
        }

        return Results.Text($"{id}: {told}");
    }
}
