using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace RedisTagCache.AspNetCore.Refresh;

/// <summary>What of a request is needed to run it once more after it has ended.</summary>
internal sealed record RequestCopy(FeatureCollection Features, Endpoint? Endpoint, CultureInfo Culture, CultureInfo UICulture);
