using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;

namespace RedisTagCache.AspNetCore.OutputCaching.Eviction;

/// <summary>Finds the names of the values that an endpoint has.</summary>
internal static class EndpointNames
{
    /// <summary>
    /// Gets whether a request to the endpoint may have a value of that name: its route has a parameter or a default of that name, or its handler reads it.
    /// A handler that takes the request as a whole may read anything, and so may a controller, a page, and a type of the application.
    /// </summary>
    public static bool MayHave(Endpoint? endpoint, string name)
    {
        if (endpoint is not RouteEndpoint { RoutePattern: var pattern } || endpoint.Metadata.GetMetadata<ActionDescriptor>() is not null)
            return true;
        if (pattern.GetParameter(name) is not null || pattern.Defaults.ContainsKey(name) || pattern.RequiredValues.ContainsKey(name))
            return true;
        return endpoint.Metadata.GetMetadata<MethodInfo>() is not { } handler
            || Array.Exists(handler.GetParameters(), parameter => IsNamed(parameter, name) || ReadsAnything(parameter.ParameterType));
    }

    /// <summary>Gets the parameter of the handler that takes the value of that name; nothing when it is not known.</summary>
    public static ParameterInfo? ParameterOf(Endpoint? endpoint, string name) =>
        Array.Find(endpoint?.Metadata.GetMetadata<MethodInfo>()?.GetParameters() ?? [], parameter => IsNamed(parameter, name));

    private static bool IsNamed(ParameterInfo parameter, string name) =>
        string.Equals(parameter.Name, name, StringComparison.OrdinalIgnoreCase)
        || parameter.GetCustomAttributes(inherit: false).OfType<IFromQueryMetadata>().Any(query => string.Equals(query.Name, name, StringComparison.OrdinalIgnoreCase));

    private static bool ReadsAnything(Type type) =>
        type == typeof(HttpContext) || type == typeof(HttpRequest) || type == typeof(IHttpContextAccessor)
        || (type is { IsInterface: false, IsEnum: false, IsArray: false } && !IsOfPlatform(type));

    private static bool IsOfPlatform(Type type) =>
        type.Namespace is { } space && (IsIn(space, nameof(System)) || IsIn(space, nameof(Microsoft)));

    private static bool IsIn(string space, string root) => space == root || space.StartsWith(root + ".", StringComparison.Ordinal);
}
