using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace RedisTagCache.AspNetCore.Operations.Messages;

/// <summary>Reads and writes JSON, in the cache's own form and not the application's.</summary>
internal static class Reply
{
    private const int MaxBody = 64 * 1024;

    public static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type) =>
        context.Response.WriteAsJsonAsync(value, type, contentType: null, context.RequestAborted);

    public static async ValueTask<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        if (context.Request.ContentLength is null or > MaxBody || !context.Request.HasJsonContentType())
            throw new JsonException();
        return await context.Request.ReadFromJsonAsync(type, context.RequestAborted).ConfigureAwait(false) ?? throw new JsonException();
    }

    public static Task ProblemAsync(HttpContext context, int status, string detail)
    {
        context.Response.StatusCode = status;
        var problem = new ProblemDetails { Status = status, Title = ReasonPhrases.GetReasonPhrase(status), Detail = detail };
        return context.Response.WriteAsJsonAsync(problem, OperationsJson.Default.ProblemDetails, "application/problem+json", context.RequestAborted);
    }
}
