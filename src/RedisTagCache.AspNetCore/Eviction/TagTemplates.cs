using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RedisTagCache.AspNetCore.Diagnostics;
using RedisTagCache.AspNetCore.OutputCaching;

namespace RedisTagCache.AspNetCore.Eviction;

/// <summary>Fills the values of a request into the tags that its policies and attributes name.</summary>
internal sealed class TagTemplates(ILogger<TagTemplates> logger)
{
    /// <summary>Fills in the tags that were given before the page is rendered. What its handler adds later is taken as it is.</summary>
    public void Expand(PageRequest page)
    {
        if (page.AreTagsExpanded || page.Context is not { } context)
            return;
        page.AreTagsExpanded = true;
        foreach (var template in context.Tags.Where(TagTemplate.IsTemplate).ToArray())
        {
            context.Tags.Remove(template);
            if (Fill(template, context.HttpContext) is { } tag)
                context.Tags.Add(tag);
        }
    }

    public string[] FillAll(IEnumerable<string> templates, HttpContext context) =>
        [.. templates.Select(template => TagTemplate.IsTemplate(template) ? Fill(template, context) : template).OfType<string>()];

    private string? Fill(string template, HttpContext context)
    {
        var tag = TagTemplate.Fill(template, context);
        if (tag is null)
            Log.TagValueMissing(logger, context.GetEndpoint()?.DisplayName);
        return tag;
    }
}
