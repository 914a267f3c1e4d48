using RedisTagCache.AspNetCore.Operations.Messages;
using RedisTagCache.Management;

namespace RedisTagCache.AspNetCore.Operations;

/// <summary>One search: bounded in what it gives and in how long it takes.</summary>
internal sealed class Search(ITagCacheInspector inspector, TimeSpan longest) : IProgress<CacheScanProgress>
{
    private const int DefaultLimit = 50;
    private const int MaxEntries = 200;
    private const string Served = "served";

    private CacheScanProgress _progress;

    public void Report(CacheScanProgress value) => _progress = value;

    public async Task<FindReply> RunAsync(FindRequest request, CancellationToken cancellationToken)
    {
        var limit = request.Limit ?? DefaultLimit;
        if (limit is < 1 or > MaxEntries)
            throw new ArgumentException($"The limit must be between 1 and {MaxEntries}, but was {limit}.");
        using var timeout = new CancellationTokenSource(longest, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var entries = new List<EntryReply>();
        var invalidated = 0;
        try
        {
            await foreach (var entry in inspector.FindAsync(QueryOf(request), stop.Token).ConfigureAwait(false))
            {
                if (request.Status == Served && entry.Status == CacheEntryStatus.Invalidated)
                {
                    invalidated++;
                    continue;
                }

                entries.Add(new EntryReply(entry, PayloadText: null));
                if (entries.Count == limit)
                    break;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new FindReply(entries, _progress.Keys, IsComplete: false, "time", invalidated);
        }

        // Nothing is reported of a page that was not read to its end.
        return new FindReply(entries, Math.Max(_progress.Keys, entries.Count + invalidated), _progress.IsComplete, _progress.IsComplete ? null : "limit", invalidated);
    }

    private CacheEntryQuery QueryOf(FindRequest request) => new()
    {
        Tag = string.IsNullOrEmpty(request.Tag) ? null : request.Tag,
        KeyPrefix = string.IsNullOrEmpty(request.Key) ? null : request.Key,
        Region = string.IsNullOrEmpty(request.Region) ? null : request.Region,
        AllBuilds = request.AllBuilds,
        Status = request.Status switch
        {
            null or "" or Served => null,
            "fresh" => CacheEntryStatus.Fresh,
            "stale" => CacheEntryStatus.Stale,
            "invalidated" => CacheEntryStatus.Invalidated,
            _ => throw new ArgumentException("The status must be fresh, stale, invalidated or served."),
        },

        // Counted here, where it is known which are shown; keys are bounded by the time.
        MaxResults = int.MaxValue,
        MaxKeys = long.MaxValue,
        Progress = this,
    };
}
