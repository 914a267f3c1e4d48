using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace RedisTagCache.AspNetCore.OutputCaching.Refresh;

/// <summary>
/// Prepares a request to run once more, without its client. It carries what a page may depend on: method, address, headers, endpoint and route values,
/// user, culture, connection, simple items, and the response headers set so far. It leaves behind what asks for less than the whole page (conditions,
/// ranges), the body, and all that belongs to the request: its services, features and other items.
/// </summary>
internal sealed class RequestReplay(IHttpContextFactory contexts, IServiceScopeFactory scopes)
{
    private static readonly string[] _conditions =
    [
        HeaderNames.IfMatch, HeaderNames.IfNoneMatch, HeaderNames.IfModifiedSince, HeaderNames.IfUnmodifiedSince, HeaderNames.IfRange, HeaderNames.Range,
    ];

    private static readonly string[] _leftBehind =
    [
        .. _conditions,
        HeaderNames.CacheControl, HeaderNames.Pragma, HeaderNames.ContentLength, HeaderNames.ContentType, HeaderNames.TransferEncoding, HeaderNames.Expect,
        HeaderNames.Connection, HeaderNames.Upgrade,
    ];

    /// <summary>Whether the client asks for less than the whole page.</summary>
    public static bool AsksForPart(IHeaderDictionary headers) => _conditions.Any(headers.ContainsKey);

    /// <summary>Copies what is needed, while the request is there: its server takes it for another one afterwards.</summary>
    public RequestCopy Copy(HttpContext context)
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
        var hasState = false;
        foreach (var (name, value) in context.Features.Get<IItemsFeature>()?.Items ?? items.Items)
        {
            if (!CarriedState.IsItem(name, value))
                continue;
            items.Items[name] = value;
            hasState |= value?.GetType() != typeof(object);
        }

        features.Set<IItemsFeature>(items);
        var answer = new HeaderDictionary();
        foreach (var (name, values) in context.Response.Headers)
        {
            if (CarriedState.IsHeader(name))
                answer[name] = values;
        }

        hasState |= answer.Count > 0;
        var own = context.Features.Get<IServiceProvidersFeature>()?.RequestServices?.GetService<IServiceScopeFactory>();
        return new RequestCopy(features, context.GetEndpoint(), own ?? scopes, answer, hasState, CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
    }

    /// <summary>Makes the context and the services in which it runs. Not async: what it sets for the flow of control is there when it returns.</summary>
    public ReplayedRequest Begin(RequestCopy copy, PageRequest page, CancellationToken cancellationToken)
    {
        (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (copy.Culture, copy.UICulture);
        var features = copy.Features;
        var response = new ReplayedResponse { Headers = copy.ResponseHeaders };
        features.Set<IHttpResponseFeature>(response);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature { RequestAborted = cancellationToken });
        features.Set(page);
        var scope = copy.Scopes.CreateAsyncScope();
        features.Set<IServiceProvidersFeature>(new ServiceProvidersFeature { RequestServices = scope.ServiceProvider });
        var context = contexts.Create(features);
        context.SetEndpoint(copy.Endpoint);
        LookupFlow.BeginRequest(page);
        return new ReplayedRequest(context, response, scope, contexts);
    }
}
