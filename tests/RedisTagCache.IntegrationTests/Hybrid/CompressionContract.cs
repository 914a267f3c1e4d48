using Microsoft.Extensions.Caching.Hybrid;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>Values compressed for Redis, as one build sets it and every build reads it.</summary>
public abstract class CompressionContract(IEngine engine) : TagCacheSuite(engine)
{
    private static readonly string _text = string.Concat(Enumerable.Range(0, 2_000).Select(i => $"line {i % 7}\n"));

    [Theory]
    [InlineData(CacheCompression.Brotli)]
    [InlineData(CacheCompression.GZip)]
    public async Task Value_FromTheThresholdOn_IsSmallInRedisAndReadByAnyInstance(CacheCompression compression)
    {
        var writer = NewCache(options => (options.Compression, options.CompressionThreshold) = (compression, 1_000));
        await writer.SetAsync("large", _text);
        Assert.InRange(await Database.StringLengthAsync(EntryKey()), 80, _text.Length / 4);
        Assert.Equal(_text, (await Cache.TryGetAsync<string>("large")).Value);
        Assert.Equal(_text, (await writer.TryGetAsync<string>("large")).Value);

        await writer.SetAsync("bytes", new byte[100_000]);
        Assert.Equal(new byte[100_000], (await Cache.TryGetAsync<byte[]>("bytes")).Value);
        Assert.Equal(new byte[100_000], (await writer.TryGetAsync<byte[]>("bytes")).Value);
    }

    [Theory]
    [InlineData("a small one", HybridCacheEntryFlags.None)]
    [InlineData(null, HybridCacheEntryFlags.DisableCompression)]
    public async Task Value_BelowTheThresholdOrByFlag_IsAsItIs(string? value, HybridCacheEntryFlags flags)
    {
        value ??= _text;
        var writer = NewCache(options => (options.Compression, options.CompressionThreshold) = (CacheCompression.Brotli, 1_000));
        await writer.SetAsync("k", value, new CachePolicy { Flags = flags });
        Assert.EndsWith(value, (string?)await Database.StringGetAsync(EntryKey()), StringComparison.Ordinal);
        Assert.Equal(value, (await Cache.TryGetAsync<string>("k")).Value);
    }

    [Fact]
    public async Task Value_ThatDoesNotGetSmaller_IsAsItIs()
    {
        var noise = new byte[10_000];
        Random.Shared.NextBytes(noise);
        var writer = NewCache(options => (options.Compression, options.CompressionThreshold) = (CacheCompression.GZip, 0));
        await writer.SetAsync("k", noise);
        Assert.InRange(await Database.StringLengthAsync(EntryKey()), noise.Length, noise.Length + 200);
        Assert.Equal(noise, (await Cache.TryGetAsync<byte[]>("k")).Value);
    }
}

public sealed class StandaloneCompressionTests(StandaloneEngine engine) : CompressionContract(engine), IClassFixture<StandaloneEngine>;

public sealed class EmbeddedCompressionTests(EmbeddedEngine engine) : CompressionContract(engine), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryCompressionTests(InMemoryEngine engine) : CompressionContract(engine), IClassFixture<InMemoryEngine>;
