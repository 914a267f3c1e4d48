using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace RedisTagCache.Worker;

/// <summary>Reads many entries at once, and looks what that takes.</summary>
internal static class LargeReads
{
    public static async Task<string> MeasureAsync(Command command, ITagCacheStore store, IDatabase plain)
    {
        var region = command.Key.Length == 0 ? null : new CacheRegion(command.Key, isTagged: true, isIsolatedByBuild: true);
        await ReadAsync("nothing", region, store, plain); // connected, compiled
        var before = Peak();
        var hits = await Task.WhenAll(command.Tags.Select(key => ReadAsync(key, region, store, plain)));
        return string.Create(CultureInfo.InvariantCulture, $"{hits.Count(static hit => hit)} {Peak() - before}");
    }

    private static async Task<bool> ReadAsync(string key, CacheRegion? region, ITagCacheStore store, IDatabase plain)
    {
        if (region is null)
        {
            using var lease = await plain.StringGetLeaseAsync(key);
            await Task.Yield();
            return lease is not null;
        }

        using var lookup = await store.GetAsync(new CacheEntryKey(region, key));
        await Task.Yield();
        return lookup.HasValue;
    }

    private static long Peak()
    {
        using var own = Process.GetCurrentProcess();
        return own.PeakWorkingSet64;
    }
}
