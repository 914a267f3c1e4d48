using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.Management;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.Testing.Tests;

/// <summary>Removals of many keys of <see cref="HybridCache"/>: how many are under way at once, and what becomes of the others.</summary>
public sealed class HybridRemovalTests : IAsyncLifetime
{
    private const int Keys = 5_000;

    /// <summary>At most 32 removals are under way at once, and the cache has a few commands of its own.</summary>
    private const int MaxOutstanding = 64;

    private readonly InMemoryRedis _server = new();
    private ConnectionMultiplexer _connection = null!;
    private ServiceProvider _services = null!;
    private HybridCache _cache = null!;

    public async ValueTask InitializeAsync()
    {
        _connection = await ConnectionMultiplexer.ConnectAsync(_server.CreateConfigurationOptions());
        _services = new ServiceCollection()
            .AddRedisTagCache(options => options.ConnectionMultiplexerFactory = () => Task.FromResult<IConnectionMultiplexer>(_connection))
            .BuildServiceProvider();
        _cache = _services.GetRequiredService<HybridCache>();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _connection.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task RemoveAsync_CancelledWithManyKeys_RemovesTheOthersAFewAtATime()
    {
        var keys = await SetAsync();
        _server.Latency = TimeSpan.FromMilliseconds(5);
        using var cancellation = new CancellationTokenSource();
        using var end = new CancellationTokenSource();
        var peak = Task.Run(() => PeakAsync(end.Token));
        var removing = _cache.RemoveAsync(keys, cancellation.Token).AsTask();
        await Eventually.BecomesTrueAsync(() => Region.Removed > 0, "the first values are removed");
        await cancellation.CancelAsync();
        var e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => removing);
        Assert.Equal(cancellation.Token, e.CancellationToken);
        await AreRemovedAsync();
        await end.CancelAsync();
        Assert.InRange(await peak, 1, MaxOutstanding);
        Assert.Equal((Keys, 0), (Region.Removed, Region.RemovalsFailed));
    }

    [Fact]
    public async Task RemoveAsync_CancelledBeforeTheCall_RemovesAllTheSame()
    {
        var keys = await SetAsync(count: 100);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _cache.RemoveAsync(keys, new CancellationToken(canceled: true)).AsTask());
        await AreRemovedAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public async Task RemoveAsync_WithAKeyThatIsNone_RemovesNothing(string? wrong)
    {
        var keys = await SetAsync(count: 100);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => _cache.RemoveAsync(keys.Append(wrong!)).AsTask());
        Assert.Equal(100, await CountAsync());
        Assert.Equal(0, Region.Removed);
    }

    [Fact]
    public async Task RemoveAsync_InAnOutage_GivesUpSoon()
    {
        var keys = await SetAsync();
        _server.IsDown = true;
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(() => _cache.RemoveAsync(keys).AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
        _server.IsDown = false;
        await AreRemovedAsync();
    }

    private RegionStatistics Region => _services.GetRequiredService<ITagCacheStatistics>().GetSnapshot().Regions.Single(static region => region.Region == "hybrid");

    private async Task<string[]> SetAsync(int count = Keys)
    {
        string[] keys = [.. Enumerable.Range(0, count).Select(static i => $"k{i}")];
        foreach (var chunk in keys.Chunk(500))
            await Task.WhenAll(chunk.Select(key => _cache.SetAsync(key, "v").AsTask()));
        await Eventually.BecomesTrueAsync(async () => await CountAsync() == count, "all values are in Redis");
        return keys;
    }

    /// <summary>Returns how many values are in Redis, or -1 while there is no connection.</summary>
    private async Task<int> CountAsync()
    {
        try
        {
            var count = 0;
            await foreach (var key in _connection.GetServers()[0].KeysAsync(pageSize: 10_000))
                count += key.ToString().Contains(":e:", StringComparison.Ordinal) ? 1 : 0;
            return count;
        }
        catch (RedisConnectionException)
        {
            return -1;
        }
    }

    private Task<TimeSpan> AreRemovedAsync() => Eventually.BecomesTrueAsync(async () => await CountAsync() == 0, "all values are removed", TimeSpan.FromSeconds(60));

    /// <summary>Returns how many commands were under way at once.</summary>
    private async Task<long> PeakAsync(CancellationToken end)
    {
        var peak = 0L;
        while (!end.IsCancellationRequested)
        {
            peak = Math.Max(peak, _connection.GetCounters().TotalOutstanding);
            await Task.Yield();
        }

        return peak;
    }
}
