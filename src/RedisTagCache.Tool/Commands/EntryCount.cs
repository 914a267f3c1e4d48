using RedisTagCache.Management;

namespace RedisTagCache.Tool.Commands;

/// <summary>How many entries there are of which region and build, and what they are worth.</summary>
internal sealed class EntryCount : IProgress<CacheScanProgress>
{
    private const int Examples = 10;

    private readonly Dictionary<(string Region, string? Build), Row> _rows = [];

    /// <summary>One region of one build.</summary>
    internal sealed record Row(string Region, string? BuildNamespace)
    {
        public long Fresh { get; set; }

        public long Stale { get; set; }

        public long Invalidated { get; set; }

        public long Bytes { get; set; }

        public long InvalidatedBytes { get; set; }
    }

    public CacheScanProgress Progress { get; private set; }

    /// <summary>The first few of the entries that may be served, as examples.</summary>
    public List<CacheEntryInfo> Served { get; } = [];

    public IEnumerable<Row> Rows => _rows.Values.OrderBy(static row => row.Region, StringComparer.Ordinal).ThenBy(static row => row.BuildNamespace, StringComparer.Ordinal);

    /// <summary>Counts the entries that a query finds, and keeps what it has counted if it is stopped.</summary>
    public async Task RunAsync(Session session, CacheEntryQuery query, CancellationToken cancellationToken)
    {
        await foreach (var entry in session.Inspector.FindAsync(query with { MaxResults = int.MaxValue, Progress = this }, cancellationToken))
            Add(entry);
    }

    public void Report(CacheScanProgress value) => Progress = value;

    private void Add(CacheEntryInfo entry)
    {
        if (!_rows.TryGetValue((entry.Region, entry.BuildNamespace), out var row))
            _rows.Add((entry.Region, entry.BuildNamespace), row = new Row(entry.Region, entry.BuildNamespace));
        row.Bytes += entry.StoredBytes;
        if (entry.Status != CacheEntryStatus.Invalidated && Served.Count < Examples)
            Served.Add(entry);
        if (entry.Status == CacheEntryStatus.Fresh)
            row.Fresh++;
        else if (entry.Status == CacheEntryStatus.Stale)
            row.Stale++;
        else
            (row.Invalidated, row.InvalidatedBytes) = (row.Invalidated + 1, row.InvalidatedBytes + entry.StoredBytes);
    }
}
