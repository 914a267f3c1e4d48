using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Benchmarks.Studies;

/// <summary>From the making of an instance to its first judged lookup: it connects, and fetches the first of the marks of all evicted tags. If there are more, it asks for those of the entry.</summary>
internal static class ColdStartStudy
{
    private const int Marks = 100_000;
    private const int AtOnce = 1_000;
    private const int Rounds = 9;

    public static async Task<StudyResult> RunAsync(Arguments arguments)
    {
        await using var marked = await Lab.StartAsync();
        await using var empty = await Lab.StartAsync();
        foreach (var tags in Enumerable.Range(0, Marks).Select(static i => string.Create(CultureInfo.InvariantCulture, $"article:{i}")).Chunk(AtOnce))
            await marked.Ours.Store.EvictByTagAsync(tags);
        var labs = new[] { (Name: "none", Lab: empty, Starts: new List<Start>()), (Name: Marks.ToString("N0", CultureInfo.InvariantCulture), Lab: marked, Starts: []) };
        foreach (var (_, lab, _) in labs)
        {
            await lab.Ours.Store.SetAsync(StoreExtensions.Page("page"), new ReadOnlySequence<byte>(new byte[Size.Page]), CacheVersion.AtWrite, new TagCacheEntryOptions { Lifetime = TimeSpan.FromHours(1), Tags = new[] { "kept" } });
            await StartAsync(lab); // compiled
        }

        for (var round = 0; round < (arguments.IsQuick ? 3 : Rounds); round++)
        {
            foreach (var (_, lab, starts) in labs)
                starts.Add(await StartAsync(lab));
        }

        var table = new Table("tag invalidations", "first lookup, ms", "middle half", "second lookup, ms", "network bytes", "allocated, KB");
        foreach (var (name, _, starts) in labs)
        {
            var first = Spread.Of(starts.Select(static start => start.First));
            table.Add(
                name, Text.Number(first.Median), Text.Range(first), Text.Number(Spread.Of(starts.Select(static start => start.Second)).Median),
                Text.Number(Spread.Of(starts.Select(static start => start.NetworkBytes)).Median), Text.Number(Spread.Of(starts.Select(static start => start.Allocated / 1_024)).Median));
        }

        return new StudyResult(table, new Dictionary<string, double>());
    }

    private static async Task<Start> StartAsync(Lab lab)
    {
        GC.Collect();
        var before = await ServerState.ReadAsync(lab.Watch);
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var watch = Stopwatch.StartNew();
        await using var instance = Instance.Create(lab.ConnectionString);
        await ReadAsync(instance.Store);
        var first = watch.Elapsed;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        watch.Restart();
        await ReadAsync(instance.Store);
        var second = watch.Elapsed;
        return new Start(first.TotalMilliseconds, second.TotalMilliseconds, (await ServerState.ReadAsync(lab.Watch)).Since(before).NetworkBytes, allocated);
    }

    private static async Task ReadAsync(ITagCacheStore store)
    {
        using var found = await store.GetAsync(StoreExtensions.Page("page"));
        if (!found.HasValue)
            throw new InvalidOperationException($"A hit was expected, and it was a miss: {found.MissReason}.");
    }

    private sealed record Start(double First, double Second, double NetworkBytes, double Allocated);
}
