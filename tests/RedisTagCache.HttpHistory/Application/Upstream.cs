using System.Diagnostics;
using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RedisTagCache.HttpHistory.Application;

/// <summary>The middleware before the cache: finds out the tenant and the user, gives a nonce, reads content, and notes what was stored when the request ends.</summary>
internal sealed class Upstream(AppPlan plan, Content content, Variants variants)
{
    private static long _nonces;

    /// <summary>The outermost middleware.</summary>
    public async Task NoteAsync(HttpContext context, RequestDelegate next)
    {
        Renderer.IsInRequest = true;
        var begin = Stopwatch.GetTimestamp();
        try
        {
            if (context.Request.Path.StartsWithSegments(Names.Moved, out var rest))
                context.Request.Path = rest;
            await next(context);
        }
        finally
        {
            var variant = variants.Find((int)Renderer.NumberIn(context.Request.Headers[Names.Variant]));
            if (variant is not null && context.Items.TryGetValue(typeof(Renderer), out var value) && value is Facts facts)
                Note(context, variant, begin, facts);
        }
    }

    /// <summary>After routing, before the cache.</summary>
    public Task PrepareAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        var tenant = (int)Renderer.NumberIn(request.Headers[Names.Tenant]);
        context.RequestServices.GetRequiredService<TenantContext>().Tenant = TenantContext.Current = tenant;
        var nonce = Interlocked.Increment(ref _nonces);
        context.Response.Headers[Names.Nonce] = nonce.ToString("x", CultureInfo.InvariantCulture);
        context.Features.Set(new NonceFeature(nonce));
        if (request.Headers[Names.User] is [{ Length: > 0 } user])
            context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], "header"));
        if (context.GetEndpoint()?.Metadata.GetMetadata<PagePlan>() is { ShowsUpstream: true } page && Renderer.ResourceOf(page, context) is >= 0 and var resource)
            context.Features.Set(new UpstreamFeature(content.Read(page.FirstResource + resource)));
        return next(context);
    }

    private void Note(HttpContext context, Variant variant, long begin, Facts facts)
    {
        var page = plan.Pages[facts.Page];
        var isStored = context.Response is { StatusCode: StatusCodes.Status200OK, Headers.SetCookie.Count: 0 }
            && !context.RequestAborted.IsCancellationRequested
            && (facts.User == 0 || page.HasUsers);
        if (isStored)
            variant.Stored = new Stored(facts.Number, begin, facts.Start, Stopwatch.GetTimestamp());
    }
}
