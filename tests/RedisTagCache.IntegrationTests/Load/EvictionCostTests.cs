using System.Diagnostics;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Load;

/// <summary>An eviction costs the same for ten entries and for a million, and nobody else waits for it.</summary>
[Collection(Quiet.Name)]
public sealed class EvictionCostTests
{
    private const int Few = 10;
    private const int Many = 1_000_000;
    private const int Rounds = 50;

    [Fact]
    public async Task Evict_OfAMillionEntries_CostsWhatTenCost_AndBlocksNobody()
    {
        await using var server = await RedisServer.StartAsync("--slowlog-log-slower-than", "5000");
        await using var admin = await server.ConnectAsync();
        await using var instance = Instance.Create(server.ConnectionString);
        await instance.Store.WriteAsync("few", "v", "few");
        await instance.Store.WriteAsync("many", "v", "many");
        await MultiplyAsync(admin, "few", Few);
        await MultiplyAsync(admin, "many", Many);
        Assert.InRange(await admin.GetServers()[0].DatabaseSizeAsync(), Few + Many, Few + Many + 10);
        await MeasureAsync(instance.Store, "warm"); // scripts loaded, code compiled
        await admin.GetServers()[0].ExecuteAsync("SLOWLOG", "RESET");

        var few = await MeasureAsync(instance.Store, "few");
        var many = await MeasureAsync(instance.Store, "many");
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(
            $"one eviction: {few.TotalMicroseconds:F0} us with {Few} entries, {many.TotalMicroseconds:F0} us with {Many}; ratio {many / few:F2}"));

        Assert.True(many < 10 * few, "The same order of magnitude.");
        Assert.Equal(0, (long)await admin.GetServers()[0].ExecuteAsync("SLOWLOG", "LEN"));
        Assert.Null(await instance.Store.ReadAsync("few"));
        Assert.Null(await instance.Store.ReadAsync("many"));
        Assert.Null(await instance.Store.ReadAsync("many:" + Many / 2));
    }

    private static async Task<TimeSpan> MeasureAsync(ITagCacheStore store, string tag)
    {
        var durations = new TimeSpan[Rounds];
        for (var i = 0; i < Rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await store.EvictByTagAsync(tag);
            durations[i] = Stopwatch.GetElapsedTime(start);
        }

        Array.Sort(durations);
        return durations[Rounds / 2];
    }

    /// <summary>Copies an entry under many keys inside the server, in steps.</summary>
    private static async Task MultiplyAsync(StackExchange.Redis.ConnectionMultiplexer admin, string key, int count)
    {
        const int step = 10_000;
        const string copy = "local v = redis.call('GET', KEYS[1]) for i = ARGV[1], ARGV[2] do redis.call('SET', KEYS[1] .. ':' .. string.format('%d', i), v, 'PX', 600000) end";
        for (var from = 1; from < count; from += step)
            await admin.GetDatabase().ScriptEvaluateAsync(copy, [$"{{rtc:0}}:e:pages:test:{key}"], [from, Math.Min(from + step - 1, count - 1)]);
    }
}
