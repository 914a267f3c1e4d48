namespace RedisTagCache.Benchmarks.Reporting;

/// <summary>A table in Markdown. The first column is text, the others are numbers.</summary>
internal sealed class Table(params string[] columns)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Length, columns.Length);
        _rows.Add(cells);
    }

    public override string ToString() => string.Concat(
        _rows.Prepend(Rule()).Prepend(columns).Select(static cells => $"| {string.Join(" | ", cells)} |\n"));

    private string[] Rule() => [.. columns.Select(static (_, i) => i == 0 ? "---" : "--:")];
}
