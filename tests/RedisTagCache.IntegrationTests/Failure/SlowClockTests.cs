using System.Diagnostics;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests.Failure;

/// <summary>
/// Redis replicates when a key ends, not how long it lives. So a server whose clock is behind, once it is the primary, keeps leases of instances
/// that are gone for that much longer. Nobody waits for them longer than a lease lasts.
/// </summary>
public sealed class SlowClockTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private static readonly TimeSpan _leaseDuration = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _behind = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("taken")]
    [InlineData("pass")]
    public async Task LeaseThatASlowServerKeeps_EndsWhenItWasToEnd(string owner)
    {
        var key = Guid.NewGuid().ToString("N");
        RedisKey lease = $"{{rtc:0}}:l:hybrid:test:{key}";
        await using var instance = Instance.Create(redis.ConnectionString, o => o.LeaseDuration = _leaseDuration);
        var cache = instance.Get<ITagCache>();
        await cache.TryGetAsync<string>("connect");
        await redis.Database.HashSetAsync(lease, [new("owner", owner), new("lasts", (long)_leaseDuration.TotalMilliseconds)]);
        await redis.Database.KeyExpireAsync(lease, _leaseDuration + _behind);

        var watch = Stopwatch.StartNew();
        Assert.Equal("v", await cache.GetOrCreateAsync(key, static (_, _) => ValueTask.FromResult("v")));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, 4 * _leaseDuration);
        Assert.True(await redis.Database.KeyTimeToLiveAsync(lease) is not { } left || left <= _leaseDuration, "What is left of it is short.");
    }
}
