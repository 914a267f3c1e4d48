using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace RedisTagCache.AspNetCore.OutputCaching.Eviction;

/// <summary>The values of a request that names in tags stand for, as the request entered the cache: what runs behind it may set other route values.</summary>
internal readonly struct RequestValues(HttpContext context, Endpoint? endpoint, RouteValueDictionary? route)
{
    /// <summary>Adds the forms of the value of that name. Adds none when the request does not have it.</summary>
    public void AddForms(string name, List<string> forms)
    {
        if (RouteValue(name) is { } value)
        {
            TagValue.AddForms(value, forms);
        }
        else
        {
            var values = QueryValue(name);
            if (values.Count > 1)
                TagValue.AddForms(values.ToString(), forms);
            foreach (var one in values)
                TagValue.AddForms(one ?? "", forms);
        }

        if (EndpointNames.ParameterOf(endpoint, name) is { } parameter)
            AddForms(parameter, forms);
    }

    /// <summary>Adds what only the parameter's type shows: the names and numbers of an enumeration, and the default if the request has no value.</summary>
    private static void AddForms(ParameterInfo parameter, List<string> forms)
    {
        if (forms.Count == 0 && parameter is { HasDefaultValue: true, DefaultValue: { } constant })
            TagValue.AddForms(Convert.ToString(constant, CultureInfo.InvariantCulture)!, forms);
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        if (!type.IsEnum)
            return;
        for (var i = forms.Count - 1; i >= 0; i--)
        {
            if (!Enum.TryParse(type, forms[i], ignoreCase: true, out var parsed))
                continue;
            foreach (var form in new[] { Enum.Format(type, parsed, "G"), Enum.Format(type, parsed, "D") })
            {
                if (!forms.Contains(form))
                    forms.Add(form);
            }
        }
    }

    /// <summary>Gets the route value of that name; nothing when there is none.</summary>
    public string? RouteValue(string name) => route is not null && route.TryGetValue(name, out var value) && value is not null
        ? value as string ?? Convert.ToString(value, CultureInfo.InvariantCulture)
        : null;

    /// <summary>Gets the values of that name in the query.</summary>
    public StringValues QueryValue(string name) => context.Request.Query.TryGetValue(name, out var values) ? values : default;
}
