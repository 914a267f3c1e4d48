using System.Diagnostics;
using RedisTagCache.AspNetCore.Tests.Fleet;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Peers;

/// <summary>What an eviction costs the caller, and for how long Redis answers nobody else, by the number of entries that carry the tag.</summary>
[Collection(Quiet.Name)]
public sealed class PeerCostTests
{
    private const int Writers = 100;

    [Fact]
    public async Task Eviction_OfManyEntries()
    {
        ServerFeatures.Require(ServerFeature.Monitoring);
        int[] few = [10, 10_000];
        int[] many = [10, 10_000, 100_000];
        var longest = new Dictionary<(PeerDesign Design, int Entries), TimeSpan>();
        Print("| design | entries | eviction | longest command |");
        Print("|---|---|---|---|");
        foreach (var design in new[] { PeerDesign.Ours, PeerDesign.OutputCache, PeerDesign.Members, PeerDesign.Fusion, PeerDesign.Hybrid })
        {
            await using var fleet = await PeerFleet.StartAsync(design);
            await MeasureAsync(fleet, "warm", 10); // scripts loaded, code compiled
            foreach (var entries in design == PeerDesign.Fusion || design == PeerDesign.Hybrid ? few : many)
            {
                var (took, blocked) = await MeasureAsync(fleet, string.Create(null, $"t{entries}"), entries);
                Print(string.Create(null, $"| {design.Name} | {entries:N0} | {took.TotalMilliseconds:F2} ms | {blocked.TotalMilliseconds:F2} ms |"));
                longest[(design, entries)] = blocked;
            }
        }

        Assert.True(longest[(PeerDesign.Ours, 100_000)] < longest[(PeerDesign.Members, 100_000)], "Nobody waits for an eviction.");
    }

    private static async Task<(TimeSpan Took, TimeSpan Blocked)> MeasureAsync(PeerFleet fleet, string tag, int entries)
    {
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var i = writer; i < entries; i += Writers)
                await fleet.A.GetOrComputeAsync(string.Create(null, $"{tag}:{i}"), tag, static () => Task.FromResult("v"));
        })));
        var server = fleet.Admin.GetServers()[0];
        await server.ConfigSetAsync("slowlog-max-len", 1_000_000);
        await server.ConfigSetAsync("slowlog-log-slower-than", 0); // all
        await server.SlowlogResetAsync();
        var start = Stopwatch.GetTimestamp();
        await fleet.A.EvictAsync(tag);
        var took = Stopwatch.GetElapsedTime(start);
        await server.ConfigSetAsync("slowlog-log-slower-than", -1);
        var slow = await server.SlowlogGetAsync(1_000_000);
        return (took, slow.Where(command => (string?)command.Arguments[0] != "CONFIG").Select(command => command.Duration).DefaultIfEmpty().Max());
    }

    private static void Print(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
