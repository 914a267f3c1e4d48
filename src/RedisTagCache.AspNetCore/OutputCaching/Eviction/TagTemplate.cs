using System.Buffers;
using System.Collections.Concurrent;
using System.Text;

namespace RedisTagCache.AspNetCore.OutputCaching.Eviction;

/// <summary>
/// A tag with values of the request in it, such as <c>article:{id}</c>: each name in braces stands for the route value of that name, or else for the
/// query's. Two braces stand for one. A brace that belongs to no name is taken as it is.
/// </summary>
internal sealed class TagTemplate
{
    private const int MaxCached = 1_000; // an application's policy may make tags of anything
    private static readonly SearchValues<char> _inName = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$~[]");
    private static readonly ConcurrentDictionary<string, TagTemplate> _parsed = new(StringComparer.Ordinal);

    private TagTemplate(string text, List<(string Text, bool IsName)> parts)
    {
        Parts = [.. parts];
        Names = [.. parts.Where(static part => part.IsName).Select(static part => part.Text)];
        Literals = Names.Length > 0 ? [] : [text, string.Concat(parts.Select(static part => part.Text))];
    }

    /// <summary>Gets the names, and what stands before, between, and after them.</summary>
    public (string Text, bool IsName)[] Parts { get; }

    /// <summary>Gets the names.</summary>
    public string[] Names { get; }

    /// <summary>Gets the tags that one without names stands for: as it was given, and with one brace for two.</summary>
    public string[] Literals { get; }

    /// <summary>Gets the template; nothing for a tag without braces.</summary>
    public static TagTemplate? Of(string tag)
    {
        if (tag.AsSpan().IndexOfAny('{', '}') < 0)
            return null;
        if (_parsed.TryGetValue(tag, out var known))
            return known;
        var template = new TagTemplate(tag, Parse(tag));
        return _parsed.Count < MaxCached ? _parsed.GetOrAdd(tag, template) : template;
    }

    private static List<(string Text, bool IsName)> Parse(string tag)
    {
        var parts = new List<(string, bool)>();
        var text = new StringBuilder();
        for (var i = 0; i < tag.Length; i++)
        {
            var unit = tag[i];
            if (unit is '{' or '}' && i + 1 < tag.Length && tag[i + 1] == unit)
            {
                text.Append(unit);
                i++;
            }
            else if (unit == '{' && NameAt(tag, i + 1) is { Length: > 0 } name)
            {
                if (text.Length > 0)
                    parts.Add((text.ToString(), false));
                text.Clear();
                parts.Add((name, true));
                i += name.Length + 1;
            }
            else
            {
                text.Append(unit);
            }
        }

        if (text.Length > 0)
            parts.Add((text.ToString(), false));
        return parts;
    }

    private static string? NameAt(string tag, int start)
    {
        var end = tag.IndexOf('}', start);
        return end > start && tag.AsSpan(start, end - start).IndexOfAnyExcept(_inName) < 0 ? tag[start..end] : null;
    }
}
