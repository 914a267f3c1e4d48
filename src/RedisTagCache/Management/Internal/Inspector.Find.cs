using System.Runtime.CompilerServices;
using RedisTagCache.Tags;
using RedisTagCache.Topology;

namespace RedisTagCache.Management.Internal;

internal sealed partial class Inspector
{
    /// <inheritdoc/>
    public IAsyncEnumerable<CacheEntryInfo> FindAsync(CacheEntryQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.Region is not null)
            CheckRegion(query.Region, nameof(query));
        if (query.MaxResults < 1 || query.MaxKeys < 1)
            throw new ArgumentException("CacheEntryQuery.MaxResults and MaxKeys must be at least 1.", nameof(query));
        EntryWalk.Validate(query.Pace, nameof(query));
        return SearchAsync(query, query.Tag is null ? null : TagId.Of(query.Tag, nameof(query)), cancellationToken);
    }

    private async IAsyncEnumerable<CacheEntryInfo> SearchAsync(CacheEntryQuery query, byte[]? tag, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var build = BuildOf(query.BuildNamespace);
        var recent = new RecentKeys(); // a walk may come past a key twice
        var found = 0;
        long looked = 0;
        await foreach (var page in _walk.RunAsync(query.Region, query.KeyPrefix, query.Pace, cancellationToken).ConfigureAwait(false))
        {
            looked += page.Keys.Count;
            StoredKey[] wanted = [.. page.Keys.Where(key => IsWanted(key, query, build))];
            foreach (var entry in await _look.JudgeAsync(wanted, cancellationToken).ConfigureAwait(false))
            {
                if ((tag is not null && !entry.IsTaggedWith(tag)) || (query.Status is { } status && entry.Explanation.Status != status))
                    continue;
                if (!recent.Add(entry.Key.Key.ToString()))
                    continue;
                found++;
                yield return entry.ToInfo(Now());
                if (found < query.MaxResults)
                    continue;
                query.Progress?.Report(new CacheScanProgress { Keys = looked, Found = found });
                yield break;
            }

            query.Progress?.Report(new CacheScanProgress { Keys = looked, Found = found });
            if (page.Passed >= query.MaxKeys && page.Fraction < 1)
                yield break;
        }

        query.Progress?.Report(new CacheScanProgress { Keys = looked, Found = found, IsComplete = true });
    }

    private static bool IsWanted(StoredKey key, CacheEntryQuery query, string build) =>
        (query.Region is null || key.Region == query.Region)
        && (query.AllBuilds || key.Build == build || key.Build == BuildName.Shared)
        && (query.KeyPrefix is not { Length: > 0 } prefix || (!key.IsHashed && key.Name.StartsWith(prefix, StringComparison.Ordinal)));
}
