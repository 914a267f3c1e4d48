using System.Text.Json.Serialization;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>What an instance reads that another one has written with other limits, or that a serializer has changed.</summary>
public sealed class LargerEntryTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private const int Limit = 1_000;
    private static readonly HybridCacheEntryOptions _fromRedis = new() { Flags = HybridCacheEntryFlags.DisableLocalCache };

    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");

    /// <summary>Also one that is small in Redis, and larger than that when it is decompressed.</summary>
    [Theory]
    [InlineData(CacheCompression.None, Limit, "written")]
    [InlineData(CacheCompression.None, Limit + 1, "computed")]
    [InlineData(CacheCompression.Brotli, Limit, "written")]
    [InlineData(CacheCompression.Brotli, 100 * Limit, "computed")]
    [InlineData(CacheCompression.GZip, 100 * Limit, "computed")]
    public async Task GetOrCreate_OfALargerEntryInRedis_RunsTheFactory(CacheCompression compression, int length, string expected)
    {
        await using var writer = NewInstance(options => (options.Compression, options.CompressionThreshold) = (compression, Limit / 2));
        await using var reader = NewInstance(static options => options.MaximumPayloadBytes = Limit);
        await writer.Get<HybridCache>().SetAsync("k", new string('x', length));
        Assert.Equal(length, (await writer.Get<HybridCache>().GetOrCreateAsync("k", static _ => new ValueTask<string>(""), _fromRedis)).Length);
        var value = await reader.Get<HybridCache>().GetOrCreateAsync("k", static _ => new ValueTask<string>("computed"), _fromRedis);
        Assert.Equal(expected, value == "computed" ? "computed" : "written");
    }

    /// <summary>The caller whose factory runs gets its object. The next one gets what the serializer has kept of it.</summary>
    [Fact]
    public async Task GetOrCreate_OfAnObjectThatJsonDoesNotKeepWhole_GivesItWholeToItsOwnCallerOnly()
    {
        await using var instance = NewInstance(static _ => { });
        var cache = instance.Get<HybridCache>();
        var first = await cache.GetOrCreateAsync("k", static _ => new ValueTask<Draft>(new Draft { Kept = "kept", Lost = "lost" }), _fromRedis);
        var second = await cache.GetOrCreateAsync("k", static _ => new ValueTask<Draft>(new Draft()), _fromRedis);
        Assert.Equal(("kept", "lost"), (first.Kept, first.Lost));
        Assert.Equal(("kept", null), (second.Kept, second.Lost));
    }

    private Instance NewInstance(Action<RedisTagCacheOptions> configure) => Instance.Create(redis.ConnectionString, options =>
    {
        options.KeyPrefix = _prefix;
        configure(options);
    });

    public sealed class Draft
    {
        public string? Kept { get; set; }

        [JsonIgnore]
        public string? Lost { get; set; }
    }
}
