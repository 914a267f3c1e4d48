using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using RedisTagCache.Diagnostics.Advice;

namespace RedisTagCache.AspNetCore.Tests.Docs;

/// <summary>Log lines that give advice are in the table of advice, and lead to headings of the documentation.</summary>
public sealed partial class AdviceTableTests
{
    private const BindingFlags Statics = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    [Fact]
    public void Table_OfAdvice_HasEveryLineThatLinksToThePages()
    {
        var lines = new[] { typeof(RedisTagCacheOptions).Assembly.GetType("RedisTagCache.Diagnostics.Log"), typeof(RedisTagOutputCacheOptions).Assembly.GetType("RedisTagCache.AspNetCore.Diagnostics.Log") }
            .SelectMany(type => type!.GetMethods(Statics))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>()
            .Where(line => line.Message.EndsWith("See {Page}", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Equal(LogLevel.Warning, line.Level));
        var documented = DocPage.Of("docs/operations.md").Lines.Select(line => Row().Match(line)).Where(match => match.Success).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        Assert.Equal(lines.Select(line => line.EventId).Order(), documented);
    }

    [Fact]
    public void Links_OfAdvice_PointToHeadingsThatExist()
    {
        var links = new[] { typeof(DocumentationLink).Assembly, typeof(RedisTagOutputCacheOptions).Assembly }
            .SelectMany(assembly => assembly.GetTypes()).Where(type => type.Name.EndsWith("Advice", StringComparison.Ordinal))
            .SelectMany(type => type.GetFields(Statics)).Where(field => field.FieldType == typeof(DocumentationLink))
            .Select(field => (DocumentationLink)field.GetValue(null)!).ToArray();
        Assert.True(links.Length > 5);
        Assert.All(links, link =>
        {
            var parts = link.Page.Split('#');
            var page = DocPage.Of("docs/" + parts[0]);
            if (parts.Length > 1)
                Assert.Contains(page.Lines, line => line.StartsWith('#') && Anchor(line) == parts[1]);
        });
    }

    private static string Anchor(string heading) =>
        string.Concat(heading.TrimStart('#').Trim().ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');

    [GeneratedRegex(@"^\| \[(\d+)\] \|")]
    private static partial Regex Row();
}
