using System.Buffers;
using System.Diagnostics;
using RedisTagCache.History.Recording;

namespace RedisTagCache.History.Work;

/// <summary>What an output cache does: looks up, computes what it did not find, and writes it with the version of the lookup.</summary>
internal sealed class Pages(ITagCacheStore store, Database database, Recorder recorder, Broken broken)
{
    private static readonly TimeSpan _lifetime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _staleWindow = TimeSpan.FromSeconds(10);
    private static readonly CacheRegion _region = new("pages", isTagged: true, isIsolatedByBuild: true);
    private static readonly string[][] _tags = [.. Enumerable.Range(0, Plan.Keys).Select(key => Plan.AllTagsOf(key).Select(Plan.NameOfTag).ToArray())];
    private static readonly CacheEntryKey[] _keys = [.. Enumerable.Range(0, Plan.Keys).Select(key => new CacheEntryKey(_region, Plan.NameOfKey(key)))];

    public async Task ReadAsync(int key)
    {
        var start = Stopwatch.GetTimestamp();
        CacheVersion cacheVersion;
        using (var lookup = await store.GetAsync(_keys[key]))
        {
            var end = Stopwatch.GetTimestamp();
            cacheVersion = lookup.Version;
            if (lookup.HasValue)
            {
                var isKnown = Stamp.TryRead(lookup.Payload.Span, key, out var stamp);
                var outcome = !isKnown ? Outcome.Foreign : lookup.State == CacheLookupState.Fresh ? Outcome.Fresh : Outcome.Stale;
                recorder.Add(new Operation(Kind.ReadRedis, outcome, stamp.IsSet, key, start, end, stamp.Version, stamp.StartedAt));
            }
            else
            {
                recorder.Add(new Operation(Kind.ReadRedis, lookup.MissReason == CacheMissReason.Unavailable ? Outcome.Unavailable : Outcome.Nothing, false, key, start, end));
            }

            if (lookup.State == CacheLookupState.Fresh)
                return;
        }

        await WriteAsync(key, cacheVersion);
    }

    private async Task WriteAsync(int key, CacheVersion cacheVersion)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var version = database.Read(key);
        if (Random.Shared.Next(8) == 0)
            await Task.Delay(Random.Shared.Next(40));
        if (broken.HasFlag(Broken.VersionAtWrite))
        {
            using var late = await store.GetAsync(_keys[key]);
            cacheVersion = late.Version;
        }

        var start = Stopwatch.GetTimestamp();
        var options = new TagCacheEntryOptions { Lifetime = _lifetime, StaleWindow = _staleWindow, Tags = _tags[key] };
        var outcome = await store.SetAsync(_keys[key], new ReadOnlySequence<byte>(new Stamp(key, false, version, startedAt).Write()), cacheVersion, options);
        recorder.Add(new Operation(
            Kind.Write,
            outcome switch { CacheWriteOutcome.Stored => Outcome.Done, CacheWriteOutcome.Rejected => Outcome.Rejected, _ => Outcome.Failed },
            false, key, start, Stopwatch.GetTimestamp(), version, startedAt));
    }
}
