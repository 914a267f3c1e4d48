using RedisTagCache.Inspection;

namespace RedisTagCache.AspNetCore.Operations;

/// <summary>One search: bounded in what it gives and in how long it takes.</summary>
internal sealed class Search(ITagCacheInspector inspector, TimeSpan longest) : IProgress<CacheScanProgress>
{
    private const int DefaultLimit = 50;
    private const int MostEntries = 200;
    private const string Served = "served";

    private CacheScanProgress _progress;

    public void Report(CacheScanProgress value) => _progress = value;

    public async Task<FindReply> RunAsync(FindRequest request, CancellationToken cancellationToken)
    {
        var limit = request.Limit ?? DefaultLimit;
        if (limit is < 1 or > MostEntries)
            throw new ArgumentException($"The limit is 1 to {MostEntries}; got {limit}.");
        using var timeout = new CancellationTokenSource(longest, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var entries = new List<EntryReply>();
        var dead = 0;
        try
        {
            await foreach (var entry in inspector.FindAsync(QueryOf(request), stop.Token).ConfigureAwait(false))
            {
                if (request.Verdict == Served && entry.Verdict == CacheEntryVerdict.Dead)
                {
                    dead++;
                    continue;
                }

                entries.Add(new EntryReply(entry, PayloadText: null));
                if (entries.Count == limit)
                    break;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new FindReply(entries, _progress.Keys, IsComplete: false, "time", dead);
        }

        // Nothing is reported of a page that was not read to its end.
        return new FindReply(entries, Math.Max(_progress.Keys, entries.Count + dead), _progress.IsComplete, _progress.IsComplete ? null : "limit", dead);
    }

    private CacheEntryQuery QueryOf(FindRequest request) => new()
    {
        Tag = string.IsNullOrEmpty(request.Tag) ? null : request.Tag,
        KeyPrefix = string.IsNullOrEmpty(request.Key) ? null : request.Key,
        Surface = string.IsNullOrEmpty(request.Surface) ? null : request.Surface,
        AllBuilds = request.AllBuilds,
        Verdict = request.Verdict switch
        {
            null or "" or Served => null,
            "fresh" => CacheEntryVerdict.Fresh,
            "stale" => CacheEntryVerdict.Stale,
            "dead" => CacheEntryVerdict.Dead,
            _ => throw new ArgumentException("The verdict is fresh, stale, dead or served."),
        },

        // Counted here, where it is known which are shown; keys are bounded by the time.
        MaximumResults = int.MaxValue,
        MaximumKeys = long.MaxValue,
        Progress = this,
    };
}
