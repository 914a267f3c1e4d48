using System.Diagnostics;
using System.Globalization;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Benchmarks.Processes;

/// <summary>Another instance, which evicts so many tags a second as it was last told: tags that no entry of the readers carries.</summary>
internal static class Evictor
{
    private static int _rate;

    public static async Task RunAsync(string connectionString)
    {
        await using var instance = Instance.Create(connectionString);
        var evicting = EvictAsync(instance.Store);
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            Volatile.Write(ref _rate, int.Parse(line, CultureInfo.InvariantCulture));
            Console.WriteLine(line);
            if (evicting.IsFaulted)
                await evicting;
        }
    }

    private static async Task EvictAsync(ITagCacheStore store)
    {
        var (since, rate, done, tag) = (Stopwatch.GetTimestamp(), 0, 0L, 0);
        while (true)
        {
            if (Volatile.Read(ref _rate) is var wanted && wanted != rate)
                (since, rate, done) = (Stopwatch.GetTimestamp(), wanted, 0);
            for (; done < rate * Stopwatch.GetElapsedTime(since).TotalSeconds; done++)
                await store.EvictByTagAsync($"nobody's:{tag++ % 10_000}");
            await Task.Delay(1);
        }
    }
}
