using System.Runtime.CompilerServices;
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
                if (!Array.TrueForAll(template.Names, name => EndpointNames.MayHave(page.Endpoint, name)) && IsNew(_reportedPages, page.Endpoint))
                    Log.PageTagUnknown(logger, page.Endpoint?.DisplayName);
            }

            foreach (var filled in tags ?? [])
                context.Tags.Add(filled);
        }
    }

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
                values.AddForms(text, forms);
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
