using RedisTagCache.Inspection;

namespace RedisTagCache.Tool.Commands;

/// <summary>How many entries there are of which surface and build, and what they are worth.</summary>
internal sealed class EntryCount : IProgress<CacheScanProgress>
{
    private readonly Dictionary<(string Surface, string? Build), Row> _rows = [];

    /// <summary>One surface of one build.</summary>
    internal sealed record Row(string Surface, string? BuildNamespace)
    {
        public long Fresh { get; set; }

        public long Stale { get; set; }

        public long Dead { get; set; }

        public long Bytes { get; set; }

        public long DeadBytes { get; set; }
    }

    public CacheScanProgress Progress { get; private set; }

    public IEnumerable<Row> Rows => _rows.Values.OrderBy(static row => row.Surface, StringComparer.Ordinal).ThenBy(static row => row.BuildNamespace, StringComparer.Ordinal);

    public static async Task<EntryCount> OfAsync(Session session, string? surface, long maximumKeys, CancellationToken cancellationToken)
    {
        var count = new EntryCount();
        if (maximumKeys < 1)
            return count;
        var query = new CacheEntryQuery
        {
            Surface = surface,
            BuildNamespace = session.Settings.BuildNamespace,
            AllBuilds = session.Settings.BuildNamespace is null,
            MaximumResults = int.MaxValue,
            MaximumKeys = maximumKeys,
            Progress = count,
        };
        await foreach (var entry in session.Inspector.FindAsync(query, cancellationToken))
            count.Add(entry);
        return count;
    }

    public void Report(CacheScanProgress value) => Progress = value;

    private void Add(CacheEntryInfo entry)
    {
        if (!_rows.TryGetValue((entry.Surface, entry.BuildNamespace), out var row))
            _rows.Add((entry.Surface, entry.BuildNamespace), row = new Row(entry.Surface, entry.BuildNamespace));
        row.Bytes += entry.StoredBytes;
        if (entry.Verdict == CacheEntryVerdict.Fresh)
            row.Fresh++;
        else if (entry.Verdict == CacheEntryVerdict.Stale)
            row.Stale++;
        else
            (row.Dead, row.DeadBytes) = (row.Dead + 1, row.DeadBytes + entry.StoredBytes);
    }
}
