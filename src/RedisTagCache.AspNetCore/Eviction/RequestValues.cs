using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace RedisTagCache.AspNetCore.Eviction;

/// <summary>The values of a request that names in tags stand for, as the request entered the cache: what runs behind it may set other route values.</summary>
internal readonly struct RequestValues(HttpContext context, RouteValueDictionary? route)
{
    /// <summary>Adds the forms of the value of that name. Adds none when the request does not have it.</summary>
    public void AddForms(string name, List<string> forms)
    {
        if (RouteValue(name) is { } value)
        {
            TagValue.AddForms(value, forms);
            return;
        }

        var values = QueryValue(name);
        if (values.Count > 1)
            TagValue.AddForms(values.ToString(), forms);
        foreach (var one in values)
            TagValue.AddForms(one ?? "", forms);
    }

    /// <summary>Gets the route value of that name; nothing when there is none.</summary>
    public string? RouteValue(string name) => route is not null && route.TryGetValue(name, out var value) && value is not null
        ? value as string ?? Convert.ToString(value, CultureInfo.InvariantCulture)
        : null;

    /// <summary>Gets the values of that name in the query.</summary>
    public StringValues QueryValue(string name) => context.Request.Query.TryGetValue(name, out var values) ? values : default;
}
