using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace RedisTagCache.AspNetCore.OutputCaching.Refresh;

/// <summary>What of a request is needed to run it once more after it has ended.</summary>
/// <param name="Features">The features, with the request itself.</param>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Scopes">Makes a scope of services where the request's own services come from.</param>
/// <param name="ResponseHeaders">The response headers that middleware has set before the output cache.</param>
/// <param name="HasState">Whether items or response headers are carried, which middleware may have made of what it read before.</param>
/// <param name="Culture">The culture.</param>
/// <param name="UICulture">The culture of texts.</param>
internal sealed record RequestCopy(
    FeatureCollection Features, Endpoint? Endpoint, IServiceScopeFactory Scopes, HeaderDictionary ResponseHeaders, bool HasState, CultureInfo Culture, CultureInfo UICulture);
