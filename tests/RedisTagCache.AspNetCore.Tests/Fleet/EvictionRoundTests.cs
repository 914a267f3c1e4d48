using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>
/// Evictions of pages that are being rendered, ten thousand times, on two instances under load: what began before an eviction is given to nobody
/// who asks after it. And the same against stores that do give it, so that it is known to be noticed.
/// </summary>
[Collection(BesideFleets.Name)]
public sealed class EvictionRoundTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private const int Rounds = 5_000;
    private const int RoundsToFail = 90;

    [Fact]
    public async Task RequestsAfterAnEviction_NeverGetWhatBeganBefore()
    {
        var prefix = "t" + Guid.NewGuid().ToString("N");
        await using var rounds = await EvictionRounds.StartAsync(map => PageApp.StartAsync(redis.ConnectionString, map, options => options.KeyPrefix = prefix));
        await rounds.RunAsync(Rounds);
        rounds.Print("RedisTagCache");
        Assert.Equal(0, rounds.Violations);
        Assert.Equal(Rounds, rounds.InFlight); // each round's page was being rendered when its eviction began
        Assert.True(rounds.StillInFlight >= Rounds / 3, "Many still were when it had returned.");
        Assert.True(rounds.Hits > Rounds / 2, "Pages were kept.");
    }

    [Fact]
    public async Task Checker_WithEvictionsThatAreSkipped_Notices()
    {
        var prefix = "t" + Guid.NewGuid().ToString("N");
        await using var rounds = await EvictionRounds.StartAsync(map => PageApp.StartAsync(
            redis.ConnectionString, map, options => options.KeyPrefix = prefix, SkippedEvictions.AddTo));
        await rounds.RunAsync(RoundsToFail);
        rounds.Print("evictions skipped");
        Assert.True(rounds.Violations > RoundsToFail / 2, "It notices.");
    }

    /// <summary>ASP.NET Core's own: it has no means to know that what is written was started before an eviction.</summary>
    [Fact]
    public async Task Checker_WithMicrosoftsStore_Notices()
    {
        var prefix = "t" + Guid.NewGuid().ToString("N");
        await using var rounds = await EvictionRounds.StartAsync(map => PageApp.StartAsync(null, map, services: services => services.AddOutputCache().AddStackExchangeRedisOutputCache(options =>
        {
            options.Configuration = redis.ConnectionString;
            options.InstanceName = prefix;
        })));
        await rounds.RunAsync(RoundsToFail);
        rounds.Print("Microsoft's store");
        Assert.True(rounds.Violations > RoundsToFail / 3, "It notices.");
    }
}
