using Microsoft.Extensions.DependencyInjection;

namespace RedisTagCache.Testing.Tests;

/// <summary>What a test can find out about evictions.</summary>
public sealed class EvictionTests : IAsyncLifetime
{
    private readonly InMemoryRedis _server = new();
    private TestApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await TestApp.StartAsync(_server, static services => services.AddRedisTagCache("catalog", static options => options.Partitions = 3));

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("product:1", "product:1", true)]
    [InlineData("product:1", "PRODUCT:1", true)]
    [InlineData("Café", "CAFÉ", true)]
    [InlineData("*", "product:1", true)]
    [InlineData("product:1", "product:2", false)]
    [InlineData("product:1", "*", false)]
    public async Task WasEvicted_OfATag_IgnoresItsSpelling(string evicted, string asked, bool expected)
    {
        Assert.False(_server.WasEvicted(asked));
        await _app.Values.EvictByTagAsync(evicted);
        Assert.Equal(expected, _server.WasEvicted(asked));
        Assert.False(_server.WasExpired(asked));
        var eviction = Assert.Single(_server.Evictions);
        Assert.Equal((evicted, "rtc", false, expected), (eviction.Tag, eviction.KeyPrefix, eviction.IsExpiration, eviction.Reaches(asked)));
        _server.ClearEvictions();
        Assert.False(_server.WasEvicted(asked));
    }

    [Fact]
    public async Task WasEvicted_OfALongTag_IsKnownByItsHash()
    {
        var tag = new string('x', 300);
        await _app.Values.EvictByTagAsync(tag);
        Assert.True(_server.WasEvicted(tag.ToUpperInvariant()));
        Assert.False(_server.WasEvicted(tag + "x"));
        Assert.StartsWith("#", Assert.Single(_server.Evictions).Tag, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WasExpired_OfAnExpiration_IsNoEviction()
    {
        await _app.Values.ExpireByTagAsync("t");
        Assert.True(_server.WasExpired("t"));
        Assert.False(_server.WasEvicted("t"));
        Assert.True(Assert.Single(_server.Evictions).IsExpiration);
    }

    [Fact]
    public async Task Evictions_OfANamedCacheWithSeveralPartitions_AreListedOnce()
    {
        var before = _server.TimeProvider.GetUtcNow();
        await _app.Services.GetRequiredKeyedService<ITagCache>("catalog").EvictByTagAsync(["a", "b"]);
        Assert.True(_server.WasEvicted("a"));
        Assert.Equal(["a", "b"], _server.Evictions.Select(static eviction => eviction.Tag));
        Assert.All(_server.Evictions, eviction => Assert.Equal(("rtc.catalog", true), (eviction.KeyPrefix, eviction.At >= before)));
        _server.Advance(TimeSpan.FromHours(1));
        await _app.Values.EvictByTagAsync("c");
        Assert.True(_server.Evictions[^1].At >= before.AddHours(1));
        Assert.Contains("c (rtc, evicted", _server.Evictions[^1].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void WasEvicted_OfNoTag_Throws() => Assert.Throws<ArgumentException>(() => new TagEviction("h=a"u8.ToArray(), "rtc", default).Reaches(""));
}
