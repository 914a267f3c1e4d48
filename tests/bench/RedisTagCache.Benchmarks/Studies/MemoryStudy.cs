using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.OutputCaching;

namespace RedisTagCache.Benchmarks.Studies;

/// <summary>What Redis holds for entries of 1 KB with three tags, one of them an entry's own, and what is left when half of these own tags are evicted.</summary>
internal static class MemoryStudy
{
    private const int Entries = 20_000;
    private const int Evicted = Entries / 2;
    private static readonly ReadOnlySequence<byte> _page = new(new byte[Size.Page]);

    public static async Task<StudyResult> RunAsync(Arguments arguments)
    {
        var table = new Table("store", "bytes an entry, beyond the page", "bytes more for an evicted tag", "keys an entry");
        var figures = new Dictionary<string, double>();
        foreach (var isOurs in new[] { true, false })
        {
            await using var lab = await Lab.StartAsync();
            var name = isOurs ? "RedisTagCache, output-cache store" : "Microsoft output-cache store";
            var store = isOurs ? (IOutputCacheBufferStore)lab.NewInstance(keepsCopies: false).Get<IOutputCacheStore>() : lab.MicrosoftPages;
            await store.SetAsync("warm", _page, new[] { "warm" }, TimeSpan.FromHours(1), default);
            await store.EvictByTagAsync("warm", default);
            var start = await ReadAsync(lab);
            for (var i = 0; i < Entries; i++)
                await store.SetAsync(Key(i), _page, new[] { Key(i), "category:1", "author:2" }, TimeSpan.FromHours(1), default);
            var full = await ReadAsync(lab);
            for (var i = 0; i < Evicted; i++)
                await store.EvictByTagAsync(Key(i), default);
            var evicted = await ReadAsync(lab);
            figures[name] = (full.Memory - start.Memory) / Entries - Size.Page;
            table.Add(name, Text.Number(figures[name]), ((evicted.Memory - full.Memory) / Evicted).ToString("N0", CultureInfo.InvariantCulture), Text.Number((full.Keys - start.Keys) / Entries));
        }

        return new StudyResult(table, figures);
    }

    private static async Task<(double Memory, double Keys)> ReadAsync(Lab lab)
    {
        var keys = (double)(long)await lab.Watch.ExecuteAsync("DBSIZE");
        return ((await ServerState.ReadAsync(lab.Watch)).Memory, keys);
    }

    private static string Key(int i) => string.Create(CultureInfo.InvariantCulture, $"article:{i}");
}
