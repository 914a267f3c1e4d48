using System.Globalization;

namespace RedisTagCache.Soak.Reporting;

/// <summary>The samples as a file of comma-separated values: a column each, a line every five seconds, nothing where nothing was known.</summary>
internal sealed class SampleTable
{
    /// <summary>Of each web process, under the names of their sources: the startup hook, the gauges of the cache, and the system.</summary>
    public static readonly string[] OfProcess =
        ["heap", "heap_live", "VmRSS:", "Threads:", "pool_threads", "redistagcache.tag_state.tags", "redistagcache.local.bytes", "redistagcache.local.entries"];

    private static readonly string[] _ofProcess = ["heap", "heap_live", "rss", "threads", "pool_threads", "tag_state_tags", "local_bytes", "local_entries"];

    public static readonly string[] Columns =
    [
        "seconds", "faults", "requests", "failed", "excluded", "hit_ratio", "p50_ms", "p99_ms", "max_ms", "computed_p50_ms", "computed_p99_ms", "computed_max_ms",
        "edits_confirmed", "edits_unconfirmed", "checks", "violations", "redis_memory", "redis_keys", "redis_marks",
        .. _ofProcess.Select(name => "a_" + name), .. _ofProcess.Select(name => "b_" + name)
    ];

    private readonly List<double[]> _rows;

    private SampleTable(List<double[]> rows) => _rows = rows;

    public static string Header => string.Join(',', Columns);

    /// <summary>The values of one column; not a number where there was none.</summary>
    public double[] this[string column] => [.. _rows.Select(row => row[Array.IndexOf(Columns, column)])];

    public static string Line(IReadOnlyList<double?> row) => string.Join(',', row.Select(v => v?.ToString("0.####", CultureInfo.InvariantCulture)));

    public static SampleTable Read(string file) =>
        new([.. File.ReadLines(file).Skip(1).Select(line => line.Split(',').Select(v => v.Length == 0 ? double.NaN : double.Parse(v, CultureInfo.InvariantCulture)).ToArray())]);
}
