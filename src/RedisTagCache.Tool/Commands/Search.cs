using RedisTagCache.Management;

namespace RedisTagCache.Tool.Commands;

/// <summary>A search for entries, and what it has found so far, also if it is stopped.</summary>
internal sealed class Search : IProgress<CacheScanProgress>
{
    /// <summary>The maximum number of keys to scan, unless the command line says another.</summary>
    public const long MaximumKeys = 1_000_000;

    public List<CacheEntryInfo> Found { get; } = [];

    public CacheScanProgress Progress { get; private set; }

    public async Task RunAsync(Session session, CacheEntryQuery query, CancellationToken cancellationToken)
    {
        await foreach (var entry in session.Inspector.FindAsync(query with { Progress = this }, cancellationToken))
            Found.Add(entry);
    }

    public void Report(CacheScanProgress value) => Progress = value;
}
