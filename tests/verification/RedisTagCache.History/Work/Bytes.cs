using System.Diagnostics;
using Microsoft.Extensions.Caching.Distributed;
using RedisTagCache.History.Recording;

namespace RedisTagCache.History.Work;

/// <summary>What an application does with <c>IDistributedCache</c>: looks up, sets what it did not find, and removes. Nothing is computed once for all, and nothing has tags.</summary>
internal sealed class Bytes(IDistributedCache cache, Database database, Recorder recorder, Broken broken)
{
    private static readonly DistributedCacheEntryOptions _options = new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromSeconds(30) };

    public async Task ReadAsync(int key)
    {
        var start = Stopwatch.GetTimestamp();
        var bytes = await cache.GetAsync(Plan.NameOfKey(key));
        var end = Stopwatch.GetTimestamp();
        Stamp stamp = default;
        var outcome = bytes is null ? Outcome.Nothing : Stamp.TryRead(bytes, key, out stamp) ? Outcome.Value : Outcome.Foreign;
        recorder.Add(new Operation(Kind.ReadRedis, outcome, stamp.IsSet, key, start, end, stamp.Version, stamp.StartedAt));
        if (bytes is null)
            await SetAsync(key);
    }

    /// <summary>Sets the newest version.</summary>
    public async Task SetAsync(int key)
    {
        var version = database.Read(key);
        var start = Stopwatch.GetTimestamp();
        await cache.SetAsync(Plan.NameOfKey(key), new Stamp(key, true, version, start).Write(), _options);
        recorder.Add(new Operation(Kind.Set, Outcome.Done, true, key, start, Stopwatch.GetTimestamp(), version, start));
    }

    public Task RemoveAsync(int key) => Removal.RunAsync(key, async () => await cache.RemoveAsync(Plan.NameOfKey(key)), recorder, broken);
}
