using System.Reflection;
using Microsoft.AspNetCore.OutputCaching.StackExchangeRedis;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.AspNetCore.Tests.Fleet;
using ZiggyCreatures.Caching.Fusion;

namespace RedisTagCache.AspNetCore.Tests.Peers;

/// <summary>What other designs do where this library promises something. Only this library's own results are asserted.</summary>
[Collection(Quiet.Name)]
public sealed class PeerTests
{
    private const int Rounds = 200;
    private const int RoundsWithNewInstances = 100;

    [Fact]
    public async Task Designs_InTheSameSituations()
    {
        var fleets = await Task.WhenAll(PeerDesign.All.Select(PeerFleet.StartAsync));
        try
        {
            var results = fleets.Select(fleet => new PeerResult(fleet)).ToArray();
            foreach (var result in results)
                await result.RunPairAsync(Rounds);
            await Task.Delay(TimeSpan.FromSeconds(3)); // more than copies may be late by: what is still old then is what is counted
            foreach (var result in results)
                await result.RunAfterAWhileAsync(RoundsWithNewInstances);

            Print(PeerResult.Header);
            foreach (var result in results)
                Print(result.ToString());
            Print(await VersionsAsync(fleets[0]));

            foreach (var ours in results.Where(result => result.Design == PeerDesign.Ours || result.Design == PeerDesign.OursWithCopies))
            {
                // Only copies in memory may be late, by two seconds at most.
                Assert.True((ours.Evicted.Violations, ours.Late.Violations, ours.OnTheTwo) == (0, 0, 0) || ours.Design == PeerDesign.OursWithCopies, "At once.");
                Assert.Equal((0, 0), (ours.EvictedStill, ours.LateStill));
                Assert.Equal((0, 0, 0), (ours.New.Violations, ours.LostBefore.Violations, ours.LostAfter.Violations));
            }

            // Each scenario can fail. A new instance fails the control alone: where nothing is lost, all designs keep evictions in Redis.
            Assert.Contains(results, result => result.Late.Violations > Rounds / 2);
            Assert.Contains(results, result => result.New.Violations > RoundsWithNewInstances / 2);
            Assert.Contains(results, result => result.LostBefore.Violations > RoundsWithNewInstances / 2);
            Assert.Contains(results, result => result.LostAfter.Violations > RoundsWithNewInstances / 2);
        }
        finally
        {
            foreach (var fleet in fleets)
                await fleet.DisposeAsync();
        }
    }

    private static async Task<string> VersionsAsync(PeerFleet fleet)
    {
        var redis = (await fleet.Admin.GetServers()[0].InfoAsync("server")).SelectMany(group => group).First(pair => pair.Key == "redis_version").Value;
        using var hybrid = (IDisposable)new ServiceCollection().AddHybridCache().Services.BuildServiceProvider();
        return string.Create(null, $"redis-server {redis}, .NET {Environment.Version}, FusionCache {VersionOf(typeof(FusionCache))}, "
            + $"HybridCache {VersionOf(((IServiceProvider)hybrid).GetRequiredService<HybridCache>().GetType())}, RedisCache {VersionOf(typeof(RedisCache))}, "
            + $"output-cache store {VersionOf(typeof(RedisOutputCacheOptions))}");
    }

    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private static void Print(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
