using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using RedisTagCache.AspNetCore.Diagnostics;

namespace RedisTagCache.AspNetCore.OutputCaching.Eviction;

/// <summary>Fills the values of a request into the tags that its policies and attributes name.</summary>
internal sealed class TagTemplates(ILogger<TagTemplates> logger)
{
    /// <summary>An address may have any number of values. A page with more tags of one template is not stored.</summary>
    private const int MaxTagsOfPage = 64;
    private const int MaxTagsOfEviction = 4_096;

    private static readonly object _isReported = new();

    private readonly ConditionalWeakTable<Endpoint, object> _reportedPages = [];
    private readonly ConditionalWeakTable<Endpoint, object> _reportedEvictions = [];

    /// <summary>Fills in the tags that were given before the page is rendered. What its handler adds later is taken as it is.</summary>
    public void Expand(PageRequest page)
    {
        if (page.AreTagsExpanded || page.Context is not { } context)
            return;
        _ = page.Variation; // it is made of the tags as they were given
        page.AreTagsExpanded = true;
        List<(string Tag, TagTemplate Template)>? templates = null;
        foreach (var tag in context.Tags)
        {
            if (TagTemplate.Of(tag) is { } template)
                (templates ??= []).Add((tag, template));
        }

        foreach (var (tag, template) in templates ?? [])
        {
            context.Tags.Remove(tag);
            var tags = Fill(template, new RequestValues(context.HttpContext, page.Endpoint, page.RouteValues), MaxTagsOfPage);
            if (tags is null)
            {
                context.AllowCacheStorage = false;
                if (IsNew(_reportedPages, page.Endpoint))
                    Log.PageTagIncomplete(logger, page.Endpoint?.DisplayName, MaxTagsOfPage);
            }
            else if (tags.Count == 0)
            {
                Log.TagValueMissing(logger, page.Endpoint?.DisplayName);
                if (!Array.TrueForAll(template.Names, name => MayHave(page, name)))
                {
                    context.AllowCacheStorage = false;
                    if (IsNew(_reportedPages, page.Endpoint))
                        Log.PageTagUnknown(logger, page.Endpoint?.DisplayName);
                }
            }

            foreach (var filled in tags ?? [])
                context.Tags.Add(filled);
        }
    }

    private static bool MayHave(PageRequest page, string name) =>
        EndpointNames.MayHave(page.Endpoint, name) || PageVariation.Names(page.Context!.CacheVaryByRules.QueryKeys, name);

    /// <summary>Gets the tags that an eviction names.</summary>
    public string[] FillAll(IEnumerable<string> given, HttpContext context, Endpoint? endpoint, RouteValueDictionary? route)
    {
        var all = new List<string>();
        foreach (var tag in given.Where(static tag => !string.IsNullOrEmpty(tag)))
        {
            if (TagTemplate.Of(tag) is not { } template)
            {
                all.Add(tag);
                continue;
            }

            var tags = Fill(template, new RequestValues(context, endpoint, route), MaxTagsOfEviction);
            if (tags is null or { Count: 0 } && IsNew(_reportedEvictions, endpoint))
                Log.EvictionTagIncomplete(logger, endpoint?.DisplayName);
            all.AddRange(tags ?? []);
        }

        return [.. all];
    }

    /// <summary>Gets the tags that a template stands for; none when the request lacks one of its values, nothing when they are too many.</summary>
    private static List<string>? Fill(TagTemplate template, in RequestValues values, int max)
    {
        if (template.Names.Length == 0)
            return [.. template.Literals];
        List<string> tags = [""];
        var forms = new List<string>();
        foreach (var (text, isName) in template.Parts)
        {
            forms.Clear();
            if (isName)
                values.AddForms(text, forms, max);
            else
                forms.Add(text);
            if ((long)tags.Count * forms.Count > max)
                return null;
            tags = [.. tags.SelectMany(tag => forms.Select(form => tag + form))];
        }

        return tags;
    }

    private static bool IsNew(ConditionalWeakTable<Endpoint, object> reported, Endpoint? endpoint) => endpoint is not null && reported.TryAdd(endpoint, _isReported);
}

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
