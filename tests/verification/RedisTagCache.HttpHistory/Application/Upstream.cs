using System.Diagnostics;
using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RedisTagCache.HttpHistory.Application;

/// <summary>The middleware before the cache: finds out the tenant and the user, gives a nonce, reads content, and notes what was stored when the request ends.</summary>
internal sealed class Upstream(AppPlan plan, Content content, Variants variants) : IStartupFilter
{
    private static long _nonces;
    private long _knows;

    /// <summary>Puts the notes ahead of all other middleware.</summary>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(NoteAsync);
        next(app);
    };

    /// <summary>Copies to a refresh what it lacks. Not async, so that the tenant of the flow holds for the refresh.</summary>
    public static ValueTask PrepareRefresh(HttpContext original, HttpContext refresh, CancellationToken stop)
    {
        var tenant = original.RequestServices.GetRequiredService<TenantContext>().Tenant;
        refresh.RequestServices.GetRequiredService<TenantContext>().Tenant = TenantContext.Current = tenant;
        refresh.Features.Set(original.Features.Get<NonceFeature>());
        if (original.Features.Get<UpstreamFeature>() is { } feature)
            refresh.Features.Set(feature);
        return default;
    }

    /// <summary>After routing, before the cache.</summary>
    public Task PrepareAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        var nonce = Interlocked.Increment(ref _nonces);
        context.Response.Headers[Names.Nonce] = nonce.ToString("x", CultureInfo.InvariantCulture);
        if (request.Headers[Names.User] is [{ Length: > 0 } user])
            context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], "header"));
        long? version = context.GetEndpoint()?.Metadata.GetMetadata<PagePlan>() is { ShowsUpstream: true } page && Renderer.ResourceOf(page, context) is >= 0 and var resource
            ? content.Read(page.FirstResource + resource)
            : null;
        if (plan.Refreshes == RefreshState.Carried)
        {
            if (version is not null)
                context.Items[nameof(UpstreamFeature)] = version;
            return next(context);
        }

        var tenant = (int)Renderer.NumberIn(request.Headers[Names.Tenant]);
        context.RequestServices.GetRequiredService<TenantContext>().Tenant = TenantContext.Current = tenant;
        context.Features.Set(new NonceFeature(nonce));
        if (version is { } read)
            context.Features.Set(new UpstreamFeature(read));
        return next(context);
    }

    private async Task NoteAsync(HttpContext context, RequestDelegate next)
    {
        Renderer.IsInRequest = true;
        var knows = Volatile.Read(ref _knows);
        var begin = Stopwatch.GetTimestamp();
        context.Request.Headers[Names.Knows] = knows.ToString("x", CultureInfo.InvariantCulture);
        var hasThrown = true;
        try
        {
            if (context.Request.Path.StartsWithSegments(Names.Moved, out var rest))
                context.Request.Path = rest;
            await next(context);
            hasThrown = false;
        }
        finally
        {
            if (context.Response.Headers["X-Cache"] is ["miss" or "stale"])
                Learn(begin);
            if (Renderer.PageOf(context) is { } rendered && variants.Find((int)Renderer.NumberIn(context.Request.Headers[Names.Variant])) is { } variant)
                Note(context, variant, new Stored(rendered.Facts.Number, begin, knows, rendered.Facts.Start, Stopwatch.GetTimestamp()), isKept: !hasThrown && !rendered.IsGivenUp && MayKeep(rendered.Facts));
        }
    }

    /// <summary>A lookup in Redis has ended that began after a moment, so the instance knows all evictions that had ended by then.</summary>
    private void Learn(long begin)
    {
        long known;
        while (begin > (known = Volatile.Read(ref _knows)) && Interlocked.CompareExchange(ref _knows, begin, known) != known)
        {
            // Another request was faster.
        }
    }

    private bool MayKeep(in Facts facts) => facts.User == 0 || plan.Pages[facts.Page].HasUsers;

    private static void Note(HttpContext context, Variant variant, Stored stored, bool isKept)
    {
        variant.End(stored.Number, stored.End);
        if (isKept && context.Response is { StatusCode: StatusCodes.Status200OK, Headers.SetCookie.Count: 0 } && !context.RequestAborted.IsCancellationRequested)
            variant.Stored = stored;
    }
}
