using System.Globalization;
using RedisTagCache.TestSupport;
using static RedisTagCache.TestSupport.StoreExtensions;

namespace RedisTagCache.IntegrationTests;

/// <summary>
/// A "database" of one version per key, read before each write and raised before each eviction. After an eviction has returned, no read that
/// begins later may give an older version: that is checked on every read.
/// </summary>
internal sealed class VersionHistory(int keys)
{
    private const int HitsBetweenPauses = 8;

    private readonly long[] _database = new long[keys];
    private readonly long[] _evicted = new long[keys];
    private long _reads;
    private long _hits;
    private long _stored;
    private long _rejected;
    private long _evictions;
    private long _failedEvictions;
    private long _violations;

    public long Hits => Interlocked.Read(ref _hits);

    public long Reads => Interlocked.Read(ref _reads);

    public long Evictions => Interlocked.Read(ref _evictions);

    public long FailedEvictions => Interlocked.Read(ref _failedEvictions);

    public long Violations => Interlocked.Read(ref _violations);

    public void Print() => TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{_reads} reads, {_hits} hits, {_stored} stored, {_rejected} rejected, {_evictions} evictions ({_failedEvictions} not confirmed), {_violations} violations"));

    /// <summary>Whether every eviction holds on an instance, also those that were not confirmed at first: nothing older than the database is returned.</summary>
    public async Task<bool> AllHoldAsync(ITagCacheStore store)
    {
        for (var key = 0; key < keys; key++)
        {
            if (await store.ReadAsync("k" + key) is { } text && long.Parse(text, CultureInfo.InvariantCulture) < Interlocked.Read(ref _database[key]))
                return false;
        }

        return true;
    }

    public async Task ReadAndWriteAsync(ITagCacheStore store, CancellationToken stop)
    {
        for (var hits = 1; !stop.IsCancellationRequested;)
        {
            var key = Random.Shared.Next(keys);
            var floor = Interlocked.Read(ref _evicted[key]);
            CacheVersion cacheVersion;
            using (var lookup = await store.GetAsync(Page("k" + key), CancellationToken.None))
            {
                Interlocked.Increment(ref _reads);
                if (lookup.HasValue)
                {
                    Interlocked.Increment(ref _hits);
                    if (long.Parse(System.Text.Encoding.UTF8.GetString(lookup.Payload.Span), CultureInfo.InvariantCulture) < floor)
                        Interlocked.Increment(ref _violations);
                    if (hits++ % HitsBetweenPauses == 0)
                        await Task.Delay(1, CancellationToken.None); // thousands of reads a second, and processors left for the servers and for other tests
                    continue;
                }

                cacheVersion = lookup.Version;
                if (lookup.MissReason == CacheMissReason.Unavailable)
                    await Task.Delay(1, CancellationToken.None); // such lookups end at once, and must not take the processors from other tests
            }

            var version = Interlocked.Read(ref _database[key]);
            await Task.Yield(); // where a computation would take its time
            var outcome = await store.WriteAsync("k" + key, version.ToString(CultureInfo.InvariantCulture), cacheVersion, "t" + key, "all");
            Interlocked.Increment(ref outcome == CacheWriteOutcome.Stored ? ref _stored : ref _rejected);
        }
    }

    public async Task EvictAsync(IReadOnlyList<ITagCacheStore> stores, CancellationToken stop, TimeSpan pause = default)
    {
        while (!stop.IsCancellationRequested)
        {
            var key = Random.Shared.Next(keys);
            var version = Interlocked.Increment(ref _database[key]);
            try
            {
                await stores[Random.Shared.Next(stores.Count)].EvictByTagAsync("t" + key, CancellationToken.None);
                Interlocked.Exchange(ref _evicted[key], version);
                Interlocked.Increment(ref _evictions);
            }
            catch (RedisTagCacheUnavailableException)
            {
                Interlocked.Increment(ref _failedEvictions);
            }

            await Task.Delay(pause > TimeSpan.Zero ? pause : TimeSpan.FromMilliseconds(2), CancellationToken.None); // the rate
        }
    }
}
