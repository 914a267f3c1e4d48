using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace RedisTagCache.AspNetCore.Tests.Docs;

/// <summary>Log lines that pages quote are the cache's own, with its level and its text.</summary>
public sealed partial class QuotedLogTests
{
    private static readonly Dictionary<int, LoggerMessageAttribute> _lines =
        new[] { (typeof(RedisTagCacheOptions), "RedisTagCache.Diagnostics.Log"), (typeof(RedisTagOutputCacheOptions), "RedisTagCache.AspNetCore.Diagnostics.Log") }
            .SelectMany(type => type.Item1.Assembly.GetType(type.Item2, throwOnError: true)!.GetMethods(BindingFlags.Static | BindingFlags.Public))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>().ToDictionary(line => line.EventId);

    public static IEnumerable<TheoryDataRow<string, int, string, string>> Quoted =>
        from page in DocPage.All
        from line in page.Lines
        let match = Quote().Match(line)
        where match.Success
        select new TheoryDataRow<string, int, string, string>(page.Name, int.Parse(match.Groups["id"].Value, CultureInfo.InvariantCulture), match.Groups["level"].Value, match.Groups["text"].Value);

    [Theory]
    [MemberData(nameof(Quoted))]
    public void Line_QuotedOnAPage_IsThatOfTheSource(string page, int id, string level, string text)
    {
        var line = _lines[id];
        Assert.Equal(level, line.Level switch { LogLevel.Information => "info", LogLevel.Warning => "warn", _ => line.Level.ToString() });
        var pattern = "^" + string.Join(".+", Hole().Split(line.Message).Select(Regex.Escape)) + "$";
        Assert.True(Regex.IsMatch(text, pattern), $"{page} quotes '{text}', but line {id} is '{line.Message}'.");
    }

    [Fact]
    public void Lines_QuotedOnPages_AreFound() => Assert.InRange(Quoted.Count(), 5, 100);

    [GeneratedRegex(@"^(?<level>info|warn|fail) \[(?<id>\d+)\] (?<text>.+)$")]
    private static partial Regex Quote();

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Hole();
}
