using System.Collections.Frozen;
using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Diagnostics;
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

    /// <summary>Whether the client asks for less than the whole page: under a condition, or for a range.</summary>
    public static bool AsksForPart(IHeaderDictionary headers)
    {
        foreach (var name in _conditions)
        {
            if (headers.ContainsKey(name))
                return true;
        }

        return false;
    }

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

/// <summary>A request that runs once more, with a context and services of its own.</summary>
internal sealed class ReplayedRequest(HttpContext context, ReplayedResponse response, AsyncServiceScope scope, IHttpContextFactory contexts) : IAsyncDisposable
{
    public HttpContext Context => context;

    /// <summary>Runs it and disposes of it. Returns the status.</summary>
    public async Task<int> RunAsync(RequestDelegate pipeline)
    {
        await using (this.ConfigureAwait(false))
        {
            await pipeline(context).ConfigureAwait(false);
            await response.StartAsync().ConfigureAwait(false);
            return response.StatusCode;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await using (scope.ConfigureAwait(false))
        {
            try
            {
                await response.CompleteAsync().ConfigureAwait(false);
            }
            finally
            {
                contexts.Dispose(context);
            }
        }
    }
}

/// <summary>A response without a client. The callbacks for its start and its completion run as usual.</summary>
internal sealed class ReplayedResponse : HttpResponseFeature
{
    private readonly Stack<(Func<object, Task> Callback, object State)> _starting = new();
    private readonly Stack<(Func<object, Task> Callback, object State)> _completed = new();
    private bool _hasStarted;

    public override bool HasStarted => _hasStarted;

    public override void OnStarting(Func<object, Task> callback, object state) => _starting.Push((callback, state));

    public override void OnCompleted(Func<object, Task> callback, object state) => _completed.Push((callback, state));

    public async Task StartAsync()
    {
        while (_starting.TryPop(out var step))
            await step.Callback(step.State).ConfigureAwait(false);
        _hasStarted = true;
    }

    public async Task CompleteAsync()
    {
        while (_completed.TryPop(out var step))
            await step.Callback(step.State).ConfigureAwait(false);
    }
}

/// <summary>
/// Decides which state that middleware has added to a request may be shared with a refresh, which continues after the request has ended. Only
/// state that cannot change, and that refers to nothing of the request, may be.
/// </summary>
internal static class CarriedState
{
    private static readonly FrozenSet<Type> _simple = new[]
    {
        typeof(string), typeof(object), typeof(decimal), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan), typeof(Uri),
        typeof(Version),
    }.ToFrozenSet();

    /// <summary>Features of ASP.NET Core that pages depend on and that a refresh does not have.</summary>
    private static readonly FrozenSet<Type> _notCarried = new[]
    {
        typeof(ISessionFeature), typeof(ITrackingConsentFeature), typeof(IExceptionHandlerFeature), typeof(IExceptionHandlerPathFeature), typeof(IStatusCodeReExecuteFeature),
    }.ToFrozenSet();

    // A cookie is for one visitor. The length and the coding belong to one response.
    private static readonly FrozenSet<string> _ownHeaders = new[]
    {
        HeaderNames.SetCookie, HeaderNames.ContentLength, HeaderNames.ContentEncoding, HeaderNames.TransferEncoding, HeaderNames.Connection, HeaderNames.Date, HeaderNames.Age,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether an item is text, a number, a time or the like, or a mere marker.</summary>
    public static bool IsItem(object key, object? value) => IsSimple(key) && IsSimple(value);

    /// <summary>Whether a response header that middleware has set belongs to the page.</summary>
    public static bool IsHeader(string name) => !_ownHeaders.Contains(name);

    /// <summary>Whether a refresh has all that the page may depend on, as far as a request shows it.</summary>
    public static bool IsWhole(PageRequest page)
    {
        var context = page.Context!.HttpContext;
        return page.IsUntouched
            && context.Features.Get<IItemsFeature>()?.Items.All(static item => IsItem(item.Key, item.Value)) != false
            && context.Features.All(static feature => IsFeatureOfFramework(feature.Key))
            && context.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is null
            && context.User.Identities.All(static identity => identity.GetType() == typeof(ClaimsIdentity));
    }

    /// <summary>Whether middleware ahead of the output cache has left nothing at all in the request that the page can be made of.</summary>
    public static bool IsBare(PageRequest page) =>
        IsWhole(page)
        && page.Context!.HttpContext.Response.Headers.Count == 0
        && page.Context.HttpContext.Features.Get<IItemsFeature>()?.Items.All(static item => item.Value?.GetType() == typeof(object)) != false;

    private static bool IsSimple(object? value) => value is null or Type || value.GetType() is var type && (type.IsPrimitive || type.IsEnum || _simple.Contains(type));

    // A type can have any namespace, or none, as in a Program.cs. Its assembly shows where it comes from.
    private static bool IsFeatureOfFramework(Type type) =>
        type == typeof(PageRequest) || (type.Assembly.GetName().Name?.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal) == true && !_notCarried.Contains(type));
}
