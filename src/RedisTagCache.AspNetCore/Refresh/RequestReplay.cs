using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using RedisTagCache.AspNetCore.OutputCaching;

namespace RedisTagCache.AspNetCore.Refresh;

/// <summary>
/// Runs a request once more, without its client. Taken along is what a page may depend on: method, address, headers, endpoint and route values,
/// user, culture, connection, items, and the application's own features. Left behind is what asks for less than the whole page (conditions,
/// ranges) and the body.
/// </summary>
internal sealed class RequestReplay(IHttpContextFactory contexts, IServiceScopeFactory scopes)
{
    private static readonly string[] _leftBehind =
    [
        HeaderNames.IfMatch, HeaderNames.IfNoneMatch, HeaderNames.IfModifiedSince, HeaderNames.IfUnmodifiedSince, HeaderNames.IfRange, HeaderNames.Range,
        HeaderNames.CacheControl, HeaderNames.Pragma, HeaderNames.ContentLength, HeaderNames.ContentType, HeaderNames.TransferEncoding, HeaderNames.Expect,
        HeaderNames.Connection, HeaderNames.Upgrade,
    ];

    /// <summary>Copies what is needed, while the request is there: its server takes it for another one afterwards.</summary>
    public static RequestCopy Copy(HttpContext context)
    {
        var request = context.Request;
        var features = new FeatureCollection();
        var headers = new HeaderDictionary();
        foreach (var (name, values) in request.Headers)
            headers[name] = values;
        foreach (var name in _leftBehind)
            headers.Remove(name);

        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Method = request.Method,
            Scheme = request.Scheme,
            Protocol = request.Protocol,
            PathBase = request.PathBase.Value ?? "",
            Path = request.Path.Value ?? "",
            QueryString = request.QueryString.Value ?? "",
            RawTarget = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "",
            Headers = headers,
            Body = Stream.Null,
        });
        features.Set<IHttpConnectionFeature>(new HttpConnectionFeature
        {
            ConnectionId = context.Connection.Id,
            LocalIpAddress = context.Connection.LocalIpAddress,
            LocalPort = context.Connection.LocalPort,
            RemoteIpAddress = context.Connection.RemoteIpAddress,
            RemotePort = context.Connection.RemotePort,
        });
        features.Set<IHttpAuthenticationFeature>(new HttpAuthenticationFeature { User = context.User });
        features.Set<IRouteValuesFeature>(new RouteValuesFeature { RouteValues = new RouteValueDictionary(request.RouteValues) });
        features.Set(context.Features.Get<IRequestCultureFeature>());
        var items = new ItemsFeature();
        foreach (var (name, value) in context.Items)
            items.Items[name] = value;
        features.Set<IItemsFeature>(items);
        foreach (var (type, feature) in context.Features)
        {
            // Those of the server and of ASP.NET Core belong to the request; those of the application tell what was found out about it.
            if (type.Namespace?.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) == false && type != typeof(PageRequest) && features[type] is null)
                features[type] = feature;
        }

        return new RequestCopy(features, context.GetEndpoint(), CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
    }

    /// <summary>Runs it. Returns the status.</summary>
    public async Task<int> RunAsync(RequestCopy copy, RequestDelegate pipeline, PageRequest page, CancellationToken cancellationToken)
    {
        (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (copy.Culture, copy.UICulture);
        var features = copy.Features;
        var response = new ReplayedResponse();
        features.Set<IHttpResponseFeature>(response);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature { RequestAborted = cancellationToken });
        features.Set(page);
        var scope = scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            features.Set<IServiceProvidersFeature>(new ServiceProvidersFeature { RequestServices = scope.ServiceProvider });
            var context = contexts.Create(features);
            try
            {
                context.SetEndpoint(copy.Endpoint);
                LookupFlow.BeginRequest(page);
                await pipeline(context).ConfigureAwait(false);
                await response.StartAsync().ConfigureAwait(false);
                return response.StatusCode;
            }
            finally
            {
                await response.CompleteAsync().ConfigureAwait(false);
                contexts.Dispose(context);
            }
        }
    }
}
