using System.Collections.Frozen;
using System.Security.Claims;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace RedisTagCache.AspNetCore.OutputCaching.Refresh;

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
