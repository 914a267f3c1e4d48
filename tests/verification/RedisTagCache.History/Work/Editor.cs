using System.Diagnostics;
using RedisTagCache.History.Recording;

namespace RedisTagCache.History.Work;

/// <summary>Changes the database, and then tells the cache: by a tag of the key, by several, by key, or by everything.</summary>
internal sealed class Editor(IReadOnlyList<CacheWork> caches, Database database, Recorder recorder, Broken broken)
{
    private const int EverythingOnceIn = 2_000;

    public async Task EditAsync()
    {
        var key = Plan.RandomKey();
        var cache = Plan.CacheOf(key);
        var start = Stopwatch.GetTimestamp();
        var version = database.Raise(key);
        recorder.Add(new Operation(Kind.Raise, Outcome.Done, false, key, start, Stopwatch.GetTimestamp(), version));

        var choice = Random.Shared.Next(100);
        var own = Plan.TagsOf(key) is { Length: > 0 } tags ? tags[Random.Shared.Next(tags.Length)] : Plan.RandomTag(cache);
        if (Random.Shared.Next(EverythingOnceIn) == 0)
            await InvalidateAsync(Kind.Evict, Plan.EverythingOf(cache));
        else if (Plan.UseOf(key) == KeyUse.Bytes && choice < 60)
            await caches[cache].Bytes.RemoveAsync(key);
        else if (Plan.UseOf(key) == KeyUse.Bytes)
            await caches[cache].Bytes.SetAsync(key);
        else if (Plan.UseOf(key) == KeyUse.RemovedValue && choice < 40)
            await caches[cache].Values.RemoveAsync(key);
        else if (Plan.UseOf(key) == KeyUse.RemovedValue && choice < 60)
            await caches[cache].Values.SetAsync(key);
        else if (choice % 10 == 0)
            await InvalidateAsync(Kind.Expire, own);
        else if (choice % 10 == 1)
            await InvalidateAsync(Kind.Evict, own, Plan.RandomTag(cache), Plan.RandomTag(cache));
        else
            await InvalidateAsync(Kind.Evict, own);
    }

    private async Task InvalidateAsync(Kind kind, params int[] tags)
    {
        var start = Stopwatch.GetTimestamp();
        var outcome = Outcome.Done;
        try
        {
            await TellAsync(caches[tags[0] / Plan.TagsOfEach].Cache, kind, [.. tags.Select(Plan.NameOfTag)]);
        }
        catch (RedisTagCacheUnavailableException)
        {
            outcome = Outcome.Failed;
        }

        var end = Stopwatch.GetTimestamp();
        foreach (var tag in tags.Distinct())
            recorder.Add(new Operation(kind, outcome, false, tag, start, end));
    }

    private async Task TellAsync(ITagCache cache, Kind kind, string[] tags)
    {
        if (broken.HasFlag(kind == Kind.Evict ? Broken.EvictionsSkipped : Broken.ExpiriesSkipped) && Random.Shared.Next(5) == 0)
            return;
        if (kind == Kind.Expire)
            await cache.ExpireByTagAsync(tags[0]);
        else if (tags.Length == 1)
            await cache.EvictByTagAsync(tags[0]);
        else
            await cache.EvictByTagAsync(tags);
    }
}
