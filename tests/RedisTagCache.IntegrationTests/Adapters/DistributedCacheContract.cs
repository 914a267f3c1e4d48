using System.Buffers;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.IntegrationTests.Store;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Adapters;

/// <summary>The contract of <see cref="IDistributedCache"/> and <see cref="IBufferDistributedCache"/>, synchronously and asynchronously.</summary>
public abstract class DistributedCacheContract(IEngine engine, bool isSync) : StoreSuite(engine)
{
    private static readonly byte[] _value = [1, 2, 3];

    private IBufferDistributedCache NewCache(Action<RedisTagCacheOptions>? configure = null) =>
        NewInstance(configure).Services.GetRequiredService<IBufferDistributedCache>();

    [Fact]
    public async Task Get_AfterSet_GivesTheValue_OnEveryInstance()
    {
        var cache = NewCache();
        Assert.Null(await GetAsync(cache, "k"));
        await SetAsync(cache, "k", _value, new DistributedCacheEntryOptions());
        Assert.Equal(_value, await GetAsync(NewCache(), "k"));
        await SetAsync(cache, "k", [], new DistributedCacheEntryOptions());
        Assert.Equal(Array.Empty<byte>(), await GetAsync(cache, "k"));
        await RemoveAsync(cache, "k");
        Assert.Null(await GetAsync(cache, "k"));
    }

    [Fact]
    public async Task EmptyKey_IsAKey()
    {
        var cache = NewCache();
        Assert.Null(await GetAsync(cache, ""));
        await SetAsync(cache, "", _value, new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(5) });
        await RefreshAsync(cache, "");
        Assert.Equal(_value, await GetAsync(NewCache(), ""));
        Assert.Null(await GetAsync(cache, " "));
        await RemoveAsync(cache, "");
        Assert.Null(await GetAsync(cache, ""));
    }

    [Fact]
    public async Task TryGet_WritesToTheBuffer()
    {
        var cache = NewCache();
        var buffer = new ArrayBufferWriter<byte>();
        Assert.False(await TryGetAsync(cache, "k", buffer));
        var sequence = new ReadOnlySequence<byte>(_value);
        if (isSync)
            cache.Set("k", sequence, new DistributedCacheEntryOptions());
        else
            await cache.SetAsync("k", sequence, new DistributedCacheEntryOptions());
        Assert.True(await TryGetAsync(cache, "k", buffer));
        Assert.Equal(_value, buffer.WrittenSpan.ToArray());
    }

    [Fact]
    public async Task Set_OfTenMegabytes_IsRoundTripped()
    {
        var cache = NewCache();
        var value = new byte[10_000_000];
        new Random(1).NextBytes(value);
        await SetAsync(cache, "k", value, new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(1) });
        Assert.Equal(value, await GetAsync(cache, "k"));
    }

    [Fact]
    public async Task Set_WithLifetimes_KeepsThemToTheMillisecond()
    {
        var cache = NewCache();
        await SetAsync(cache, "k", _value, new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = TimeSpan.FromMilliseconds(90_900) });
        Assert.InRange(TimeToLive(), 80_000, 90_900);
        await SetAsync(cache, "k", _value, new DistributedCacheEntryOptions { AbsoluteExpiration = DateTimeOffset.UtcNow.AddMilliseconds(70_500) });
        Assert.InRange(TimeToLive(), 60_000, 70_500);
        await SetAsync(cache, "k", _value, new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromMilliseconds(50_400) });
        Assert.InRange(TimeToLive(), 40_000, 50_400);
        await SetAsync(cache, "k", _value, new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromHours(1), AbsoluteExpirationRelativeToNow = TimeSpan.FromSeconds(30) });
        Assert.InRange(TimeToLive(), 20_000, 30_000);
    }

    [Fact]
    public async Task Set_WithoutALifetime_ClearsAnOldOne()
    {
        var cache = NewCache();
        await SetAsync(cache, "k", _value, new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(1) });
        await SetAsync(cache, "k", _value, new DistributedCacheEntryOptions());
        Assert.Null(Database.KeyTimeToLive(EntryKey()));
    }

    [Fact]
    public async Task Set_WithAShortLifetime_Expires()
    {
        var cache = NewCache();
        await SetAsync(cache, "k", _value, new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = TimeSpan.FromMilliseconds(900) });
        Assert.Equal(_value, await GetAsync(cache, "k"));
        var lived = await Eventually.BecomesTrueAsync(async () => await GetAsync(cache, "k") is null, "it expired");
        Assert.InRange(lived.TotalMilliseconds, 500, 2_000);
    }

    [Fact]
    public async Task Get_OfASlidingEntry_ProlongsIt()
    {
        var cache = NewCache();
        await SetAsync(cache, "k", _value, new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(10) });
        await ShortenAsync();
        Assert.Equal(_value, await GetAsync(cache, "k"));
        await Eventually.BecomesTrueAsync(() => TimeToLive() > 500_000, "the read prolonged it");

        await ShortenAsync();
        await RefreshAsync(cache, "k");
        Assert.True(TimeToLive() > 500_000);
        await RefreshAsync(cache, "absent");
    }

    [Fact]
    public async Task Set_WithTheLongestSlidingExpiration_KeepsTheEntry()
    {
        var cache = NewCache();
        await SetAsync(cache, "k", _value, new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.MaxValue });
        Assert.Equal(_value, await GetAsync(cache, "k"));
        await RefreshAsync(cache, "k");
        Assert.Equal(_value, await GetAsync(cache, "k"));
    }

    [Fact]
    public async Task Get_OfASlidingEntry_NeverProlongsItPastItsAbsoluteEnd()
    {
        var cache = NewCache();
        await SetAsync(cache, "k", _value, new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(10), AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(11) });
        await ShortenAsync();
        await RefreshAsync(cache, "k");
        Assert.InRange(TimeToLive(), 500_000, 600_000);
        await SetAsync(cache, "k", _value, new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(10), AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(1) });
        await RefreshAsync(cache, "k");
        Assert.InRange(TimeToLive(), 50_000, 60_000);
    }

    [Fact]
    public async Task Get_OfAnEntryWithoutSliding_DoesNotProlongIt()
    {
        var cache = NewCache();
        await SetAsync(cache, "k", _value, new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(10) });
        await ShortenAsync();
        await GetAsync(cache, "k");
        await RefreshAsync(cache, "k");
        Assert.True(TimeToLive() <= 60_000);
    }

    [Fact]
    public async Task Entries_OutliveADeploy_UnlessIsolated_AndAreNotEvicted()
    {
        await SetAsync(NewCache(), "k", _value, new DistributedCacheEntryOptions());
        await A.EvictByTagAsync("*");
        Assert.Equal(_value, await GetAsync(NewCache(o => o.BuildNamespace = "next"), "k"));
        Assert.Null(await GetAsync(NewCache(o => o.IsolateDistributedCacheByBuild = true), "k"));
    }

    [Fact]
    public async Task BadInput_ThrowsAsMicrosoftsDoes()
    {
        var cache = NewCache();
        await Assert.ThrowsAsync<ArgumentNullException>(() => GetAsync(cache, null!));
        await Assert.ThrowsAsync<ArgumentNullException>(() => SetAsync(cache, null!, _value, new DistributedCacheEntryOptions()));
        await Assert.ThrowsAsync<ArgumentNullException>(() => SetAsync(cache, "k", null!, new DistributedCacheEntryOptions()));
        await Assert.ThrowsAsync<ArgumentNullException>(() => SetAsync(cache, "k", _value, null!));
        await Assert.ThrowsAsync<ArgumentNullException>(() => RemoveAsync(cache, null!));
        await Assert.ThrowsAsync<ArgumentNullException>(() => RefreshAsync(cache, null!));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => SetAsync(cache, "k", _value, new DistributedCacheEntryOptions { AbsoluteExpiration = DateTimeOffset.UtcNow.AddSeconds(-1) }));
        Assert.Empty(Keys());
    }

    private double TimeToLive() => Database.KeyTimeToLive(EntryKey())!.Value.TotalMilliseconds;

    private Task<bool> ShortenAsync() => Database.KeyExpireAsync(EntryKey(), TimeSpan.FromMinutes(1));

    private async Task<byte[]?> GetAsync(IDistributedCache cache, string key) => isSync ? cache.Get(key) : await cache.GetAsync(key);

    private async Task<bool> TryGetAsync(IBufferDistributedCache cache, string key, IBufferWriter<byte> buffer) =>
        isSync ? cache.TryGet(key, buffer) : await cache.TryGetAsync(key, buffer);

    private async Task SetAsync(IDistributedCache cache, string key, byte[] value, DistributedCacheEntryOptions options)
    {
        if (isSync)
            cache.Set(key, value, options);
        else
            await cache.SetAsync(key, value, options);
    }

    private async Task RemoveAsync(IDistributedCache cache, string key)
    {
        if (isSync)
            cache.Remove(key);
        else
            await cache.RemoveAsync(key);
    }

    private async Task RefreshAsync(IDistributedCache cache, string key)
    {
        if (isSync)
            cache.Refresh(key);
        else
            await cache.RefreshAsync(key);
    }
}

public sealed class DistributedCacheTests(StandaloneEngine engine) : DistributedCacheContract(engine, isSync: false), IClassFixture<StandaloneEngine>;

public sealed class SyncDistributedCacheTests(StandaloneEngine engine) : DistributedCacheContract(engine, isSync: true), IClassFixture<StandaloneEngine>;

public sealed class ClusterDistributedCacheTests(ClusterEngine engine) : DistributedCacheContract(engine, isSync: false), IClassFixture<ClusterEngine>;

public sealed class EmbeddedDistributedCacheTests(EmbeddedEngine engine) : DistributedCacheContract(engine, isSync: false), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryDistributedCacheTests(InMemoryEngine engine) : DistributedCacheContract(engine, isSync: false), IClassFixture<InMemoryEngine>;
