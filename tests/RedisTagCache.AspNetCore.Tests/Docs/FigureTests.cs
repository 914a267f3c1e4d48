using System.Text.RegularExpressions;

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
    private const string Eviction = "Eviction by tag";
    private const string PerSecond = "op/s";

    private static readonly DocPage _source = DocPage.Of("docs/benchmarks.md");

    /// <summary>Where each figure of docs/comparison.md comes from: the page's row, the column, and the table, row and column of the benchmarks.</summary>
    public static TheoryData<string, int, string, string, string> Figures => new()
    {
        { "Miss and factory, `HybridCache`, 1 caller", 1, Miss, "RedisTagCache as HybridCache", PerSecond },
        { "Miss and factory, `HybridCache`, 1 caller", 2, Miss, "Microsoft HybridCache", PerSecond },
        { "Miss and factory, `HybridCache`, 1 caller", 3, Miss, "FusionCache", PerSecond },
        { "`SetAsync` of `HybridCache`, 1 KB, 3 tags, 64 callers", 1, Set, "RedisTagCache, HybridCache", PerSecond },
        { "`SetAsync` of `HybridCache`, 1 KB, 3 tags, 64 callers", 2, Set, "Microsoft HybridCache", PerSecond },
        { "`SetAsync` of `HybridCache`, 1 KB, 3 tags, 64 callers", 3, Set, "FusionCache", PerSecond },
        { "HTTP hit from Redis, page of 2 KB", 1, SmallPage, "RedisTagCache output caching, LocalCacheBytes 0", PerSecond },
        { "HTTP hit from Redis, page of 2 KB", 2, SmallPage, "Microsoft output caching in Redis", PerSecond },
        { "HTTP hit from Redis, page of 16 KB", 1, LargePage, "RedisTagCache output caching, LocalCacheBytes 0", PerSecond },
        { "HTTP hit from Redis, page of 16 KB", 2, LargePage, "Microsoft output caching in Redis", PerSecond },
        { "Set of 256 KB through the output cache store", 1, "Set, 256 KB, 3 tags, 64 callers", "RedisTagCache, output-cache store", PerSecond },
        { "Set of 256 KB through the output cache store", 2, "Set, 256 KB, 3 tags, 64 callers", "Microsoft output-cache store", PerSecond },
        { "HTTP hit from memory, page of 2 KB", 1, SmallPage, "RedisTagCache output caching, LocalCacheBytes 64 MB", PerSecond },
        { "HTTP hit from memory, page of 2 KB", 2, SmallPage, "ASP.NET output caching in memory", PerSecond },
        { "Get from Redis through `HybridCache`, 1 KB, 3 tags, 64 callers", 1, Get, "RedisTagCache, HybridCache", PerSecond },
        { "Get from Redis through `HybridCache`, 1 KB, 3 tags, 64 callers", 2, Get, "Microsoft HybridCache", PerSecond },
        { "Get from Redis through `HybridCache`, 1 KB, 3 tags, 64 callers", 3, Get, "FusionCache", PerSecond },
        { "Get through the output cache store, 1 KB, 3 tags, 64 callers", 1, Get, "RedisTagCache, output-cache store", PerSecond },
        { "Get through the output cache store, 1 KB, 3 tags, 64 callers", 2, Get, "Microsoft output-cache store", PerSecond },
        { "Set through the output cache store, 1 KB, 3 tags, 64 callers", 1, Set, "RedisTagCache, output-cache store", PerSecond },
        { "Set through the output cache store, 1 KB, 3 tags, 64 callers", 2, Set, "Microsoft output-cache store", PerSecond },
        { "Get without tags through `IDistributedCache`, 1 KB, 64 callers", 1, "Get, 1 KB, no tags, 64 callers", "RedisTagCache, IDistributedCache", PerSecond },
        { "Get without tags through `IDistributedCache`, 1 KB, 64 callers", 2, "Get, 1 KB, no tags, 64 callers", "Microsoft RedisCache", PerSecond },
        { "Get from memory, 3 tags", 1, Local, "RedisTagCache as HybridCache", PerSecond },
        { "Get from memory, 3 tags", 2, Local, "Microsoft HybridCache", PerSecond },
        { "Get from memory, 3 tags", 3, Local, "FusionCache", PerSecond },
        { "10", 1, Eviction, "10", "RedisTagCache, us" },
        { "10", 2, Eviction, "10", "Microsoft output-cache store, us" },
        { "1,000", 1, Eviction, "1,000", "RedisTagCache, us" },
        { "1,000", 2, Eviction, "1,000", "Microsoft output-cache store, us" },
        { "100,000", 1, Eviction, "100,000", "RedisTagCache, us" },
        { "100,000", 2, Eviction, "100,000", "Microsoft output-cache store, us" },
    };

    /// <summary>Sentences that repeat figures, with the cells that they come from: table, row and column.</summary>
    public static TheoryData<string, string, string[]> Sentences => new()
    {
        { "docs/comparison.md", "the factory runs once with RedisTagCache, and {0} times with Microsoft's HybridCache and with FusionCache without its locker", ["Stampede|Microsoft HybridCache|factory runs, median"] },
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

    private static string Cell(string table, string row, string column)
    {
        var lines = _source.Lines.SkipWhile(line => line != "### " + table).Skip(1).TakeWhile(line => !line.StartsWith('#')).Where(line => line.StartsWith('|')).Select(Cells).ToArray();
        Assert.True(lines.Length > 2, $"docs/benchmarks.md has no table '{table}'.");
        var at = Array.IndexOf(lines[0], column);
        Assert.True(at > 0, $"The table '{table}' has no column '{column}'.");
        return lines.Single(cells => cells[0] == row)[at];
    }

    private static string[] Cells(string line) => [.. line.Trim().Trim('|').Split('|').Select(cell => cell.Trim())];

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
