using Microsoft.AspNetCore.Http;
using RedisTagCache.AspNetCore.Eviction;

namespace RedisTagCache.AspNetCore.Tests.Eviction;

public sealed class TagTemplateTests
{
    [Theory]
    [InlineData("article:{id}", "article:7")]
    [InlineData("{id}{id}", "77")]
    [InlineData("{section}:{id}", "world:7")]
    [InlineData("page:{page}", "page:2")]
    [InlineData("{ID}", "7")]
    [InlineData("{number}", "1.5")]
    [InlineData("{{id}}", "{id}")]
    [InlineData("{{{id}}}", "{7}")]
    [InlineData("{braces}", "{id}")]
    [InlineData("tags:{many}", "tags:a,b")]
    [InlineData("article:{none}", null)]
    [InlineData("article:{empty}", null)]
    public void Fill_TakesRouteValues_ThenTheQuery(string template, string? tag) => Assert.Equal(tag, TagTemplate.Fill(template, Request()));

    [Theory]
    [InlineData("article:{id")]
    [InlineData("article:id}")]
    [InlineData("article:{}")]
    [InlineData("}{")]
    public void Fill_OfAMalformedTemplate_Throws(string template)
    {
        var error = Assert.Throws<FormatException>(() => TagTemplate.Fill(template, Request()));
        Assert.Contains(template, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("article:7", false)]
    [InlineData("article:{id}", true)]
    [InlineData("}}", true)]
    public void IsTemplate_WhereThereIsABrace(string tag, bool expected) => Assert.Equal(expected, TagTemplate.IsTemplate(tag));

    private static DefaultHttpContext Request()
    {
        var context = new DefaultHttpContext();
        context.Request.RouteValues = new() { ["id"] = 7, ["section"] = "world", ["braces"] = "{id}", ["number"] = 1.5, ["none"] = null };
        context.Request.QueryString = new QueryString("?page=2&section=not-this&many=a&many=b&empty=");
        return context;
    }
}
