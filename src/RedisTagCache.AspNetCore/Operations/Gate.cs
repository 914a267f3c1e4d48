using System.Text.Json;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.AspNetCore.Operations.Messages;

namespace RedisTagCache.AspNetCore.Operations;

/// <summary>The filter of every endpoint: checks access, and converts failures to responses.</summary>
internal sealed class Gate(RedisTagCacheEndpointOptions options, bool isOpen)
{
    /// <summary>For what is only looked at, and names neither keys nor tags.</summary>
    public RequestDelegate Look(RequestDelegate endpoint) => context => PassAsync(context, endpoint);

    /// <summary>For what is asked by key or by tag. These come in the body: addresses are written into logs.</summary>
    public RequestDelegate Ask(RequestDelegate endpoint) => context => PassAsync(context, AskAsync(endpoint));

    /// <summary>For what changes something in Redis.</summary>
    public RequestDelegate Change(RequestDelegate endpoint) => options.IsReadOnly
        ? Look(static context => Reply.ProblemAsync(context, StatusCodes.Status403Forbidden, "This page is read-only."))
        : Ask(endpoint);

    private static RequestDelegate AskAsync(RequestDelegate endpoint) => async context =>
    {
        var antiforgery = context.RequestServices.GetService<IAntiforgery>();
        if (!SameOrigin.IsGiven(context.Request) || (antiforgery is not null && !await antiforgery.IsRequestValidAsync(context).ConfigureAwait(false)))
            await Reply.ProblemAsync(context, StatusCodes.Status400BadRequest, "This request does not come from the current operations page. Reload the page.").ConfigureAwait(false);
        else
            await endpoint(context).ConfigureAwait(false);
    };

    /// <exception cref="InvalidOperationException">The endpoint was reached without authorization.</exception>
    private static void Check(HttpContext context)
    {
        if (!Protection.IsGiven(context.GetEndpoint()!.Metadata))
        {
            throw new InvalidOperationException(
                "The operations page has no authorization policy and is not in Development. Call app.MapRedisTagCache(...).RequireAuthorization(...), or set the option "
                + "AllowAnonymous where something in front of the application decides who gets through.");
        }

        if (!AuthorizationWitness.HasSeen(context))
        {
            throw new InvalidOperationException(
                "The operations page has an authorization policy, but no authorization middleware ran for it, so the request is rejected. Call app.UseAuthorization() after app.UseRouting() "
                + "and before the endpoints.");
        }
    }

    private async Task PassAsync(HttpContext context, RequestDelegate endpoint)
    {
        if (!isOpen)
            Check(context);

        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Referrer-Policy"] = "same-origin";
        try
        {
            await endpoint(context).ConfigureAwait(false);
        }
        catch (RedisTagCacheUnavailableException e)
        {
            await Reply.ProblemAsync(context, StatusCodes.Status503ServiceUnavailable, e.Message).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ArgumentException or JsonException)
        {
            await Reply.ProblemAsync(context, StatusCodes.Status400BadRequest, e is JsonException ? "The body is not what is expected." : e.Message).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // the client has disconnected
        }
    }
}
