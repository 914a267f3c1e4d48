using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using StackExchange.Redis;

namespace RedisTagCache.Tool.Commands;

/// <summary>A short measurement on keys of its own.</summary>
internal sealed class Bench(Session session, TimeSpan duration, int size, int callers)
{
    private const int Keys = 256;
    private static readonly CacheRegion _region = new("bench", isTagged: true, isIsolatedByBuild: false);
    private static readonly string[] _tags = ["bench"];

    private readonly IDatabase _database = session.Connection.GetDatabase();
    private readonly byte[] _payload = new byte[size];

    /// <summary>One operation's figures.</summary>
    internal sealed record Row(string Operation, double PerSecond, TimeSpan Median, TimeSpan Slow);

    public async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        Random.Shared.NextBytes(_payload);
        var store = session.Store;
        for (var i = 0; i < Keys; i++)
        {
            await _database.StringSetAsync(Bare(i), _payload, TimeSpan.FromMinutes(5));
            await WriteAsync(store, i, cancellationToken);
        }

        return
        [
            await MeasureAsync("bare GET", async i => _ = await _database.StringGetAsync(Bare(i)), cancellationToken),
            await MeasureAsync(
                "lookup",
                async i =>
                {
                    using var found = await store.GetAsync(Entry(i), cancellationToken);
                    if (!found.HasValue)
                        throw new ToolException(ExitCode.Problem, "An entry disappeared during the measurement.", "Another client deletes keys on this server, or its memory is full.");
                },
                cancellationToken),
            await MeasureAsync("bare SET", i => _database.StringSetAsync(Bare(i), _payload, TimeSpan.FromMinutes(5)), cancellationToken),
            await MeasureAsync("write", i => WriteAsync(store, i, cancellationToken), cancellationToken),
            await MeasureAsync("eviction", async i => await store.EvictByTagAsync("tag" + i, cancellationToken), cancellationToken),
        ];
    }

    /// <summary>Removes all it has written; what it cannot remove any more ends within minutes, but for a few small keys.</summary>
    public async Task CleanAsync()
    {
        try
        {
            var described = await session.Inspector.DescribeAsync();
            for (var i = 0; i < Keys; i++)
            {
                await _database.KeyDeleteAsync(Bare(i));
                await session.Store.RemoveAsync(Entry(i));
            }

            foreach (var partition in described.Partitions)
            {
                foreach (var own in (string[])["epoch", "marks", "removals"])
                    await _database.KeyDeleteAsync($"{partition.HashTag}:{own}");
            }

            await _database.KeyDeleteAsync($"{{{session.Settings.Prefix}:layout}}");
        }
        catch (Exception e) when (e is RedisException or TimeoutException or RedisTagCacheUnavailableException)
        {
            // The connection to the server failed, and the command has reported it.
        }
    }

    private async Task<Row> MeasureAsync(string operation, Func<int, Task> call, CancellationToken cancellationToken)
    {
        var all = new ConcurrentBag<List<long>>();
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(
            async () =>
            {
                var taken = new List<long>();
                all.Add(taken);
                for (var i = caller; watch.Elapsed < duration && !cancellationToken.IsCancellationRequested; i++)
                {
                    var start = Stopwatch.GetTimestamp();
                    await call(i % Keys);
                    taken.Add(Stopwatch.GetElapsedTime(start).Ticks);
                }
            },
            cancellationToken)));
        var elapsed = watch.Elapsed;
        cancellationToken.ThrowIfCancellationRequested();
        long[] sorted = [.. all.SelectMany(static taken => taken).Order()];
        return new Row(operation, sorted.Length / elapsed.TotalSeconds, new TimeSpan(sorted[sorted.Length / 2]), new TimeSpan(sorted[(int)(sorted.Length * 0.99)]));
    }

    private async Task WriteAsync(ITagCacheStore store, int i, CancellationToken cancellationToken) =>
        await store.SetAsync(Entry(i), new ReadOnlySequence<byte>(_payload), CacheVersion.AtWrite, new TagCacheEntryOptions { Lifetime = TimeSpan.FromMinutes(5), Tags = _tags }, cancellationToken);

    private RedisKey Bare(int i) => $"{{{session.Settings.Prefix}:bare.{i}}}"; // a slot for each key, because those of a cluster are spread

    private static CacheEntryKey Entry(int i) => new(_region, "k" + i);
}
