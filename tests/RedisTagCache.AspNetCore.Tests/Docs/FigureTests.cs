using System.Text.RegularExpressions;
using System.Xml.Linq;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Docs;

/// <summary>Figures that pages repeat are those of docs/benchmarks.md, which the benchmarks write.</summary>
public sealed partial class FigureTests
{
    private const string Get = "Get, 1 KB, 3 tags, 64 callers";
    private const string Set = "Set, 1 KB, 3 tags, 64 callers";
    private const string Local = "Local hit, 3 tags";
    private const string Miss = "Miss and factory, 3 tags, 1 caller";
    private const string SmallPage = "HTTP hit, page of 2 KB, 32 connections";
    private const string LargePage = "HTTP hit, page of 16 KB, 32 connections";
    private const string Processes = "Get, 1 KB, 3 tags, 4 processes of 16 callers";
    private const string Eviction = "Eviction by tag";
    private const string Stampede = "Stampede";
    private const string FusionComplete = "FusionCache, backplane and locker";
    private const string PerSecond = "op/s";
    private const string MiddleHalf = "middle half";

    private static readonly DocPage _source = DocPage.Of("docs/benchmarks.md");

    /// <summary>Where each figure of docs/comparison.md comes from: the page's row, the column, and the table, row and column of the benchmarks.</summary>
    public static TheoryData<string, int, string, string, string> Figures => new()
    {
        { "Miss and factory, `HybridCache`, 3 tags, 1 caller", 1, Miss, "RedisTagCache as HybridCache", PerSecond },
        { "Miss and factory, `HybridCache`, 3 tags, 1 caller", 2, Miss, "Microsoft HybridCache", PerSecond },
        { "Miss and factory, `HybridCache`, 3 tags, 1 caller", 3, Miss, "FusionCache", PerSecond },
        { "Miss and factory, `HybridCache`, 3 tags, 1 caller", 4, Miss, FusionComplete, PerSecond },
        { "Miss and factory, `HybridCache`, 3 tags, 64 callers", 1, "Miss and factory, 3 tags, 64 callers", "RedisTagCache as HybridCache", PerSecond },
        { "Miss and factory, `HybridCache`, 3 tags, 64 callers", 2, "Miss and factory, 3 tags, 64 callers", "Microsoft HybridCache", PerSecond },
        { "Miss and factory, `HybridCache`, 3 tags, 64 callers", 3, "Miss and factory, 3 tags, 64 callers", "FusionCache", PerSecond },
        { "Miss and factory, `HybridCache`, 3 tags, 64 callers", 4, "Miss and factory, 3 tags, 64 callers", FusionComplete, PerSecond },
        { "`SetAsync` of `HybridCache`, 1 KB, 3 tags", 1, Set, "RedisTagCache, HybridCache", PerSecond },
        { "`SetAsync` of `HybridCache`, 1 KB, 3 tags", 2, Set, "Microsoft HybridCache", PerSecond },
        { "`SetAsync` of `HybridCache`, 1 KB, 3 tags", 3, Set, "FusionCache", PerSecond },
        { "`SetAsync` of `HybridCache`, 1 KB, 3 tags", 4, Set, FusionComplete, PerSecond },
        { "`SetAsync` of `HybridCache`, 16 KB, 3 tags", 1, "Set, 16 KB, 3 tags, 64 callers", "RedisTagCache, HybridCache", PerSecond },
        { "`SetAsync` of `HybridCache`, 16 KB, 3 tags", 2, "Set, 16 KB, 3 tags, 64 callers", "Microsoft HybridCache", PerSecond },
        { "`SetAsync` of `HybridCache`, 16 KB, 3 tags", 3, "Set, 16 KB, 3 tags, 64 callers", "FusionCache", PerSecond },
        { "`SetAsync` of `HybridCache`, 16 KB, 3 tags", 4, "Set, 16 KB, 3 tags, 64 callers", FusionComplete, PerSecond },
        { "Get through the output cache store, 1 KB, 3 tags, 4 processes of 16 callers", 1, Processes, "RedisTagCache, output-cache store", PerSecond },
        { "Get through the output cache store, 1 KB, 3 tags, 4 processes of 16 callers", 2, Processes, "Microsoft output-cache store", PerSecond },
        { "Get through the output cache store, 1 KB, 3 tags, 1 caller", 1, "Get, 1 KB, 3 tags, 1 caller", "RedisTagCache, output-cache store", PerSecond },
        { "Get through the output cache store, 1 KB, 3 tags, 1 caller", 2, "Get, 1 KB, 3 tags, 1 caller", "Microsoft output-cache store", PerSecond },
        { "Set through the output cache store, 1 KB, 3 tags, 1 caller", 1, "Set, 1 KB, 3 tags, 1 caller", "RedisTagCache, output-cache store", PerSecond },
        { "Set through the output cache store, 1 KB, 3 tags, 1 caller", 2, "Set, 1 KB, 3 tags, 1 caller", "Microsoft output-cache store", PerSecond },
        { "Set through the output cache store, 256 KB, 3 tags", 1, "Set, 256 KB, 3 tags, 64 callers", "RedisTagCache, output-cache store", PerSecond },
        { "Set through the output cache store, 256 KB, 3 tags", 2, "Set, 256 KB, 3 tags, 64 callers", "Microsoft output-cache store", PerSecond },
        { "Get without tags through `IDistributedCache`, 1 KB, 1 caller", 1, "Get, 1 KB, no tags, 1 caller", "RedisTagCache, IDistributedCache", PerSecond },
        { "Get without tags through `IDistributedCache`, 1 KB, 1 caller", 2, "Get, 1 KB, no tags, 1 caller", "Microsoft RedisCache", PerSecond },
        { "HTTP hit from Redis, page of 2 KB", 1, SmallPage, "RedisTagCache output caching, LocalCacheBytes 0", PerSecond },
        { "HTTP hit from Redis, page of 2 KB", 2, SmallPage, "Microsoft output caching in Redis", PerSecond },
        { "HTTP hit from memory, page of 2 KB", 1, SmallPage, "RedisTagCache output caching, LocalCacheBytes 64 MB", PerSecond },
        { "HTTP hit from memory, page of 2 KB", 2, SmallPage, "ASP.NET output caching in memory", PerSecond },
        { "HTTP hit from memory, page of 16 KB", 1, LargePage, "RedisTagCache output caching, LocalCacheBytes 64 MB", PerSecond },
        { "HTTP hit from memory, page of 16 KB", 2, LargePage, "ASP.NET output caching in memory", PerSecond },
        { "Get from Redis through `HybridCache`, 1 KB, 3 tags", 1, Get, "RedisTagCache, HybridCache", PerSecond },
        { "Get from Redis through `HybridCache`, 1 KB, 3 tags", 2, Get, "Microsoft HybridCache", PerSecond },
        { "Get from Redis through `HybridCache`, 1 KB, 3 tags", 3, Get, "FusionCache", PerSecond },
        { "Get from Redis through `HybridCache`, 1 KB, 3 tags", 4, Get, FusionComplete, PerSecond },
        { "Get through the output cache store, 1 KB, 3 tags", 1, Get, "RedisTagCache, output-cache store", PerSecond },
        { "Get through the output cache store, 1 KB, 3 tags", 2, Get, "Microsoft output-cache store", PerSecond },
        { "Set through the output cache store, 1 KB, 3 tags", 1, Set, "RedisTagCache, output-cache store", PerSecond },
        { "Set through the output cache store, 1 KB, 3 tags", 2, Set, "Microsoft output-cache store", PerSecond },
        { "Get without tags through `IDistributedCache`, 1 KB", 1, "Get, 1 KB, no tags, 64 callers", "RedisTagCache, IDistributedCache", PerSecond },
        { "Get without tags through `IDistributedCache`, 1 KB", 2, "Get, 1 KB, no tags, 64 callers", "Microsoft RedisCache", PerSecond },
        { "Get from memory, 3 tags, 8 threads", 1, "Local hit, 3 tags, 8 threads", "RedisTagCache as HybridCache", PerSecond },
        { "Get from memory, 3 tags, 8 threads", 2, "Local hit, 3 tags, 8 threads", "Microsoft HybridCache", PerSecond },
        { "Get from memory, 3 tags, 8 threads", 3, "Local hit, 3 tags, 8 threads", "FusionCache", PerSecond },
        { "Get from memory, 3 tags, 8 threads", 4, "Local hit, 3 tags, 8 threads", FusionComplete, PerSecond },
        { "Get from memory, 3 tags, 1 thread", 1, Local, "RedisTagCache as HybridCache", PerSecond },
        { "Get from memory, 3 tags, 1 thread", 2, Local, "Microsoft HybridCache", PerSecond },
        { "Get from memory, 3 tags, 1 thread", 3, Local, "FusionCache", PerSecond },
        { "Get from memory, 3 tags, 1 thread", 4, Local, FusionComplete, PerSecond },
        { "HTTP hit from Redis, page of 16 KB", 1, LargePage, "RedisTagCache output caching, LocalCacheBytes 0", PerSecond },
        { "HTTP hit from Redis, page of 16 KB", 2, LargePage, "Microsoft output caching in Redis", PerSecond },
        { "10", 1, Eviction, "10", "RedisTagCache, us" },
        { "10", 2, Eviction, "10", "Microsoft output-cache store, us" },
        { "1,000", 1, Eviction, "1,000", "RedisTagCache, us" },
        { "1,000", 2, Eviction, "1,000", "Microsoft output-cache store, us" },
        { "100,000", 1, Eviction, "100,000", "RedisTagCache, us" },
        { "100,000", 2, Eviction, "100,000", "Microsoft output-cache store, us" },
        { "1,000,000", 1, Eviction, "1,000,000", "RedisTagCache, us" },
        { "1,000,000", 2, Eviction, "1,000,000", "Microsoft output-cache store, us" },
        { "RedisTagCache", 1, Stampede, "RedisTagCache, HybridCache", "factory runs, median" },
        { "RedisTagCache", 2, Stampede, "RedisTagCache, HybridCache", "until all have it, ms" },
        { "Microsoft's HybridCache", 1, Stampede, "Microsoft HybridCache", "factory runs, median" },
        { "Microsoft's HybridCache", 2, Stampede, "Microsoft HybridCache", "until all have it, ms" },
        { "FusionCache", 1, Stampede, "FusionCache", "factory runs, median" },
        { "FusionCache", 2, Stampede, "FusionCache", "until all have it, ms" },
        { FusionComplete, 1, Stampede, FusionComplete, "factory runs, median" },
        { FusionComplete, 2, Stampede, FusionComplete, "until all have it, ms" },
    };

    /// <summary>Sentences that repeat figures, with the cells that they come from: table, row and column.</summary>
    public static TheoryData<string, string, string[]> Sentences => new()
    {
        { "docs/performance-tuning.md", "{0} gets per second in the benchmark, compared with {1} from Redis", [$"{Local}|RedisTagCache as HybridCache|{PerSecond}", $"{Get}|RedisTagCache, HybridCache|{PerSecond}"] },
        { "docs/performance-tuning.md", "a page of 2 KB was served {0} times per second, compared with {1} from Redis", [$"{SmallPage}|RedisTagCache output caching, LocalCacheBytes 64 MB|{PerSecond}", $"{SmallPage}|RedisTagCache output caching, LocalCacheBytes 0|{PerSecond}"] },
        { "docs/performance-tuning.md", "{0} misses per second for one caller, compared with {1} for Microsoft's HybridCache", [$"{Miss}|RedisTagCache as HybridCache|{PerSecond}", $"{Miss}|Microsoft HybridCache|{PerSecond}"] },
        { "docs/performance-tuning.md", "{0} calls per second, compared with {1} for Microsoft's", [$"{Set}|RedisTagCache, HybridCache|{PerSecond}", $"{Set}|Microsoft HybridCache|{PerSecond}"] },
        { "docs/performance-tuning.md", "At 1,000 evictions per second, lookups reached {0} of their speed", ["Get, 1 KB, 3 tags, 64 callers, among evictions|1000 evictions/s|of the first"] },
        { "docs/performance-tuning.md", "{0} ms with 100,000 of them, compared with {1} ms with none", ["Cold start|100,000|first lookup, ms", "Cold start|none|first lookup, ms"] },
        { "README.md", "an eviction took {0} us for 10 entries with the tag, and {1} us for 1,000,000", [$"{Eviction}|10|RedisTagCache, us", $"{Eviction}|1,000,000|RedisTagCache, us"] },
        { "README.md", "Microsoft's output cache store, which deletes each page, took {0} us for 10, and {1} us for 100,000", [$"{Eviction}|10|Microsoft output-cache store, us", $"{Eviction}|100,000|Microsoft output-cache store, us"] },
        { "README.md", "{0} reads per second from Redis through `HybridCache`, compared with {1} for Microsoft's, {2} for FusionCache, and {3} for FusionCache with its backplane and locker", [$"{Get}|RedisTagCache, HybridCache|{PerSecond}", $"{Get}|Microsoft HybridCache|{PerSecond}", $"{Get}|FusionCache|{PerSecond}", $"{Get}|{FusionComplete}|{PerSecond}"] },
        { "README.md", "the factory ran {0} time with RedisTagCache, {1} time with FusionCache and its locker, and {2} times with Microsoft's HybridCache", [$"{Stampede}|RedisTagCache, HybridCache|factory runs, median", $"{Stampede}|{FusionComplete}|factory runs, median", $"{Stampede}|Microsoft HybridCache|factory runs, median"] },
        { "README.md", "All callers had the value after {0} ms, {1} ms, and {2} ms", [$"{Stampede}|RedisTagCache, HybridCache|until all have it, ms", $"{Stampede}|{FusionComplete}|until all have it, ms", $"{Stampede}|Microsoft HybridCache|until all have it, ms"] },
        { "README.md", "| Reads through the output cache store, 4 processes of 16 callers | {0} | {1} |", [$"{Processes}|RedisTagCache, output-cache store|{PerSecond}", $"{Processes}|Microsoft output-cache store|{PerSecond}"] },
        { "README.md", "| Misses with a factory, `HybridCache`, 1 caller | {0} | {1} |", [$"{Miss}|RedisTagCache as HybridCache|{PerSecond}", $"{Miss}|Microsoft HybridCache|{PerSecond}"] },
        { "README.md", "| `SetAsync` of `HybridCache`, 1 KB, 3 tags, 64 callers | {0} | {1} |", [$"{Set}|RedisTagCache, HybridCache|{PerSecond}", $"{Set}|Microsoft HybridCache|{PerSecond}"] },
        { "README.md", "| HTTP hits for pages of 2 KB | {0} | {1} |", [$"{SmallPage}|RedisTagCache output caching, LocalCacheBytes 0|{PerSecond}", $"{SmallPage}|Microsoft output caching in Redis|{PerSecond}"] },
        { "docs/transactional-evictions.md", "| SQLite | {0} | {1} | {2} | {3} | {4} | {5} |", Save("SQLite") },
        { "docs/transactional-evictions.md", "| PostgreSQL | {0} | {1} | {2} | {3} | {4} | {5} |", Save("PostgreSQL") },
        { "docs/comparison.md", "RedisTagCache reached {0} times its throughput, with a middle half of {1}", [$"{Local}|RedisTagCache as HybridCache|of the first", $"{Local}|RedisTagCache as HybridCache|of the first, {MiddleHalf}"] },
        { "docs/comparison.md", "`AddRedisTagOutputCache` added {0} ms to the start of a web application, and Microsoft's output cache store {1} ms", ["Start-up|AddRedisTagOutputCache|more than with nothing, ms", "Start-up|AddStackExchangeRedisOutputCache|more than with nothing, ms"] },
        { "docs/cluster.md", "{0} gets and {1} bare `GET` commands per second, and {2} us for an eviction", ["Cluster|tagged gets of 1 KB, 64 callers, per second|median", "Cluster|bare GET of 1 KB, 64 callers, per second|median", "Cluster|eviction of a tag, us|median"] },
    };

    [Theory]
    [MemberData(nameof(Figures))]
    public void Comparison_Figure_IsThatOfTheBenchmarks(string row, int column, string table, string sourceRow, string sourceColumn) =>
        Assert.Equal(Cell(table, sourceRow, sourceColumn), ComparisonRows().Single(cells => cells[0] == row)[column]);

    [Fact]
    public void Comparison_Figures_AllHaveASource()
    {
        var known = Figures.Select(figure => (figure.Data.Item1, figure.Data.Item2)).ToHashSet();
        foreach (var cells in ComparisonRows())
        {
            for (var i = 1; i < cells.Length; i++)
                Assert.True(cells[i].Length == 0 || known.Contains((cells[0], i)), $"docs/comparison.md: {cells[i]} of '{cells[0]}' has no source in this test.");
        }
    }

    [Theory]
    [MemberData(nameof(Sentences))]
    public void Sentence_WithFigures_IsThatOfTheBenchmarks(string page, string sentence, string[] cells)
    {
        object[] figures = [.. cells.Select(cell => cell.Split('|')).Select(cell => Cell(cell[0], cell[1], cell[2]))];
        Assert.Contains(string.Format(null, sentence, figures), Space().Replace(DocPage.Of(page).Text, " "), StringComparison.Ordinal);
    }

    [Fact]
    public void Comparison_CommandsOfLookup_AreThoseOfTheBenchmarks() => Assert.Contains(
        $"With 16 callers in each process, a lookup took {CommandsOf(Processes)} commands, and with 64 callers in one process {CommandsOf(Get)}.",
        Space().Replace(DocPage.Of("docs/comparison.md").Text, " "),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("Microsoft.AspNetCore.OutputCaching.StackExchangeRedis")]
    [InlineData("Microsoft.Extensions.Caching.Hybrid")]
    [InlineData("Microsoft.Extensions.Caching.StackExchangeRedis")]
    [InlineData("ZiggyCreatures.FusionCache")]
    public void Comparison_Version_IsTheOneThatTheTestsUse(string package)
    {
        var packages = XDocument.Load(Repository.Folder("Directory.Packages.props"));
        var version = packages.Descendants("PackageVersion").Single(element => (string?)element.Attribute("Include") == package).Attribute("Version")!.Value
            .Replace("$(ExtensionsVersion)", packages.Descendants("ExtensionsVersion").Single().Value, StringComparison.Ordinal);
        Assert.Contains($"`{package}` {version}", DocPage.Of("docs/comparison.md").Text, StringComparison.Ordinal);
    }

    /// <summary>The rows of the tables between "figures" and "end", without their headers.</summary>
    private static IEnumerable<string[]> ComparisonRows()
    {
        var inside = false;
        var rows = 0;
        foreach (var line in DocPage.Of("docs/comparison.md").Lines)
        {
            if (line is "<!-- figures -->" or "<!-- end -->")
                (inside, rows) = (line == "<!-- figures -->", 0);
            else if (inside && line.StartsWith('|') && ++rows > 2)
                yield return Cells(line);
        }
    }

    private static string[] Save(string database) =>
        [.. new[] { "SaveChanges, us", "and EvictByTagAsync, us", "and a row by hand, us", "with the outbox, us", "by SaveChanges", "by all by hand" }.Select(column => $"Save with evictions|{database}|{column}")];

    private static string CommandsOf(string table) => Cell(table, "RedisTagCache, output-cache store", "Redis commands/op (us each)").Split(' ')[1];

    private static string Cell(string table, string row, string column)
    {
        var lines = _source.Lines.SkipWhile(line => line != "### " + table).Skip(1).TakeWhile(line => !line.StartsWith('#')).Where(line => line.StartsWith('|')).Select(Cells).ToArray();
        Assert.True(lines.Length > 2, $"docs/benchmarks.md has no table '{table}'.");
        // The spread of a column is in the next one.
        var at = column.EndsWith($", {MiddleHalf}", StringComparison.Ordinal) ? Array.IndexOf(lines[0], column[..^(MiddleHalf.Length + 2)]) + 1 : Array.IndexOf(lines[0], column);
        Assert.True(at > 0, $"The table '{table}' has no column '{column}'.");
        return lines.Single(cells => cells[0] == row)[at];
    }

    private static string[] Cells(string line) => [.. line.Trim().Trim('|').Split('|').Select(cell => cell.Trim())];

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
