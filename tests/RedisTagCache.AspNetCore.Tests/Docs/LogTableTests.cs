using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using RedisTagCache.Outbox;
using RedisTagCache.Testing;

namespace RedisTagCache.AspNetCore.Tests.Docs;

/// <summary>The table of log lines is the contract: ids and levels of all packages are those that it tells, and lines that an outage brings in numbers say how many.</summary>
public sealed partial class LogTableTests
{
    /// <summary>
    /// Warnings that come one at a time: a circuit that opens, history that Redis lost, 20,000 evictions that wait, a response whose eviction is owed, and what is said once when the
    /// application starts or connects.
    /// </summary>
    private static readonly int[] _onceEach = [3, 11, 14, 17, 32, 34, 42, 71, 74, 80, 81, 82, 90, 120, 121, 122, 123, 124, 125, 126, 127, 128, 130, 131];

    private static readonly LoggerMessageAttribute[] _lines =
    [
        .. new[] { (typeof(RedisTagCacheOptions), "RedisTagCache.Diagnostics.Log"), (typeof(RedisTagOutputCacheOptions), "RedisTagCache.AspNetCore.Diagnostics.Log"), (typeof(InMemoryRedis), "RedisTagCache.Testing.Diagnostics.InMemoryLog"), (typeof(ITagCacheOutbox), "RedisTagCache.Outbox.Diagnostics.OutboxLog"), (typeof(RedisTagCacheEntityTypeBuilderExtensions), "RedisTagCache.EntityFrameworkCore.Diagnostics.EntityFrameworkLog") }
            .SelectMany(type => type.Item1.Assembly.GetType(type.Item2, throwOnError: true)!.GetMethods(BindingFlags.Static | BindingFlags.Public))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>(),
    ];

    [Fact]
    public void Lines_OfAllPackages_HaveTheIdsAndLevelsOfTheTable()
    {
        var documented = DocPage.Of("docs/observability.md").Lines.Select(line => Row().Match(line)).Where(match => match.Success).Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value}");
        Assert.Equal(documented.Order(StringComparer.Ordinal), _lines.Select(line => $"{line.EventId} {line.Level}").Order(StringComparer.Ordinal));
        Assert.Equal(_lines.Length, _lines.Select(line => line.EventId).Distinct().Count());
    }

    [Fact]
    public void Warnings_ThatComeInNumbers_SayHowMany() => Assert.All(
        _lines.Where(line => line.Level >= LogLevel.Warning && !_onceEach.Contains(line.EventId)), line => Assert.Contains("{Count}", line.Message, StringComparison.Ordinal));

    [GeneratedRegex(@"^\| (\d+) \| (\w+) \|")]
    private static partial Regex Row();
}
