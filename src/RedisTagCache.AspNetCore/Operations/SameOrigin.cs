using Microsoft.AspNetCore.Http;

namespace RedisTagCache.AspNetCore.Operations;

/// <summary>Distinguishes a request of the page itself from one that another site makes a browser send.</summary>
internal static class SameOrigin
{
    /// <summary>No form can set it, and a script of another origin only where CORS lets it.</summary>
    public const string Header = "X-RedisTagCache";

    public static bool IsGiven(HttpRequest request)
    {
        if (!request.Headers.ContainsKey(Header))
            return false;

        // Browsers send where the request comes from. Over plain HTTP they send only the origin. A proxy may have changed its scheme, so only the host is compared.
        if (request.Headers["Sec-Fetch-Site"] is [{ Length: > 0 } site])
            return site == "same-origin";
        return request.Headers.Origin is not [{ Length: > 0 } origin]
            || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }
}
