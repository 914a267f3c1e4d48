using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace RedisTagCache.AspNetCore.Eviction;

/// <summary>
/// A tag with values of the request in it, such as <c>article:{id}</c>: each name in braces stands for the route value of that name, or else
/// for the query's. Two braces stand for one.
/// </summary>
internal static class TagTemplate
{
    /// <summary>Whether there is anything to fill in.</summary>
    public static bool IsTemplate(string tag) => tag.AsSpan().IndexOfAny('{', '}') >= 0;

    /// <summary>The tag; nothing when the request lacks one of the values.</summary>
    /// <exception cref="FormatException">A brace is not closed, or closes nothing.</exception>
    public static string? Fill(string template, HttpContext context)
    {
        var tag = new StringBuilder(template.Length + 16);
        for (var i = 0; i < template.Length; i++)
        {
            var unit = template[i];
            if (unit is not ('{' or '}'))
            {
                tag.Append(unit);
            }
            else if (i + 1 < template.Length && template[i + 1] == unit)
            {
                tag.Append(unit);
                i++;
            }
            else
            {
                var end = unit == '{' ? template.IndexOf('}', i) : -1;
                if (end <= i + 1)
                    throw new FormatException($"The tag '{template}' has a brace without its counterpart, or nothing between them. Write two for one that is meant literally.");
                if (ValueOf(template[(i + 1)..end], context) is not { Length: > 0 } value)
                    return null;
                tag.Append(value);
                i = end;
            }
        }

        return tag.ToString();
    }

    private static string? ValueOf(string name, HttpContext context) =>
        context.Request.RouteValues.TryGetValue(name, out var value) && value is not null
            ? Convert.ToString(value, CultureInfo.InvariantCulture)
            : context.Request.Query.TryGetValue(name, out var values) ? values.ToString() : null;
}
