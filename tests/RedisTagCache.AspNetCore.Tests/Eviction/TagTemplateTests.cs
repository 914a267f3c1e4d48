using RedisTagCache.AspNetCore.OutputCaching.Eviction;

namespace RedisTagCache.AspNetCore.Tests.Eviction;

public sealed class TagTemplateTests
{
    [Theory]
    [InlineData("article:7")]
    [InlineData("")]
    public void Of_ATagWithoutBraces_IsNoTemplate(string tag) => Assert.Null(TagTemplate.Of(tag));

    [Theory]
    [InlineData("article:{id}", "article:|<id>")]
    [InlineData("{id}{ID}", "<id>|<ID>")]
    [InlineData("{{{id}}}", "{|<id>|}")]
    [InlineData("{{{{{id}", "{{|<id>")]
    [InlineData("q:{ {id}", "q:{ |<id>")]
    [InlineData("} {id} {", "} |<id>| {")]
    [InlineData("{ids[]}{filter.name}{a-b_c}", "<ids[]>|<filter.name>|<a-b_c>")]
    public void Of_ATemplate_HasNamesAndTexts(string tag, string parts)
    {
        var template = TagTemplate.Of(tag)!;
        Assert.Equal(parts, string.Join('|', template.Parts.Select(part => part.IsName ? $"<{part.Text}>" : part.Text)));
        Assert.Same(template, TagTemplate.Of(tag));
    }

    [Theory]
    [InlineData("q:{", "q:{")]
    [InlineData("q:}", "q:}")]
    [InlineData("{}", "{}")]
    [InlineData("}{", "}{")]
    [InlineData("{ id }", "{ id }")]
    [InlineData("{\"a\":1}", "{\"a\":1}")]
    [InlineData("{{id}}", "{id}")]
    [InlineData("q:{{", "q:{")]
    public void Of_BracesThatNameNothing_AreTakenAsTheyAre(string tag, string unescaped)
    {
        var template = TagTemplate.Of(tag)!;
        Assert.Empty(template.Names);
        Assert.Equal([tag, unescaped], template.Literals);
    }
}
