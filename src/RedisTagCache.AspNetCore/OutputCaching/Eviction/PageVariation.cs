using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace RedisTagCache.AspNetCore.OutputCaching.Eviction;

/// <summary>
/// The values that a page's tags take from its request and that are not part of ASP.NET Core's key: a value of the query that the policy does not vary by,
/// or a route value that does not come from the path. The page's key is varied by them, so that one page is not stored under another one's tags.
/// </summary>
internal static class PageVariation
{
    private const char Separator = '\x1F'; // ASP.NET Core makes no key of values that contain it
    private const char FromQuery = '?'; // no name contains it

    /// <summary>Gets what is added to the key; empty for most pages.</summary>
    public static string Of(PageRequest page)
    {
        if (page.Context is not { } context)
            return "";
        SortedDictionary<string, string>? added = null;
        foreach (var tag in context.Tags)
        {
            if (TagTemplate.Of(tag) is not { } template)
                continue;
            foreach (var name in template.Names)
            {
                AddBesidesKey(page, name, ref added);
            }
        }

        if (added is null)
            return "";
        var variation = new StringBuilder();
        foreach (var (name, value) in added)
            variation.Append(CultureInfo.InvariantCulture, $"{Separator}~{name}={value.Length}:{value}");
        return variation.ToString();
    }

    /// <summary>Adds the value, if the key lacks it. A route value and a query value of the same name are two: what middleware has not set is not what a client sends.</summary>
    private static void AddBesidesKey(PageRequest page, string name, ref SortedDictionary<string, string>? added)
    {
        var values = new RequestValues(page.Context!.HttpContext, page.Endpoint, page.RouteValues);
        if (values.RouteValue(name) is { } value)
        {
            if (!IsInPath(page, name, value) && !Names(page.Context.CacheVaryByRules.RouteValueNames, name))
                Add(ref added, name, value);
        }
        else if (!IsVariedByQuery(page, name) && values.QueryValue(name) is { Count: > 0 } query)
        {
            Add(ref added, FromQuery + name, Several(query));
        }
    }

    /// <summary>Writes the length of each value, because a value may contain any character.</summary>
    private static string Several(StringValues values) => string.Concat(values.Select(static value => string.Create(CultureInfo.InvariantCulture, $"{value?.Length ?? 0}:{value}")));

    private static void Add(ref SortedDictionary<string, string>? added, string name, string value) => (added ??= new(StringComparer.Ordinal))[name.ToUpperInvariant()] = value;

    private static bool IsInPath(PageRequest page, string name, string value)
    {
        if ((page.Endpoint as RouteEndpoint)?.RoutePattern is not { } pattern)
            return false;
        if (pattern.Defaults.TryGetValue(name, out var constant) && Convert.ToString(constant, CultureInfo.InvariantCulture) == value)
            return true; // the same in every request to the endpoint
        if (pattern.GetParameter(name) is not { } parameter || page.Path.Value is not { } path)
            return false;
        for (var i = 0; i < pattern.PathSegments.Count; i++)
        {
            var segment = pattern.PathSegments[i];
            if (!segment.Parts.Contains(parameter))
                continue;
            var rest = RestFrom(path, i);
            var end = rest.IndexOf('/');
            var own = parameter.IsCatchAll || end < 0 ? rest : rest[..end];
            return segment.IsSimple ? own.Trim('/').SequenceEqual(value.AsSpan().Trim('/')) : own.Contains(value, StringComparison.Ordinal);
        }

        return false;
    }

    /// <summary>Gets the path from a segment on; empty if it has fewer.</summary>
    private static ReadOnlySpan<char> RestFrom(ReadOnlySpan<char> path, int segment)
    {
        path = path.TrimStart('/');
        for (var i = 0; i < segment; i++)
        {
            var end = path.IndexOf('/');
            if (end < 0)
                return default;
            path = path[(end + 1)..];
        }

        return path;
    }

    /// <summary>ASP.NET Core takes an asterisk for all of the query only if it is alone, and among the names of route values for a name.</summary>
    private static bool IsVariedByQuery(PageRequest page, string name) => page.Context!.CacheVaryByRules.QueryKeys is var keys && (keys is ["*"] || Names(keys, name));

    /// <summary>Gets whether a rule has the name itself.</summary>
    public static bool Names(StringValues names, string name)
    {
        foreach (var one in names)
        {
            if (string.Equals(one, name, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
