using System.Buffers;
using System.Globalization;
using Microsoft.Extensions.Caching.Distributed;
using RedisTagCache.TestSupport;
using RedisTagCache.TestSupport.Costs;

namespace RedisTagCache.IntegrationTests.Load;

/// <summary>What calls allocate, send and wait for. Not how long they take. Alone, since allocations are counted for the whole process.</summary>
[Collection(Quiet.Name)]
public sealed class OperationCostTests : IAsyncLifetime
{
    private const string Key = "article:42";
    private static readonly CacheRegion _plain = new("plain", isTagged: false, isIsolatedByBuild: true);
    private static readonly TimeSpan _hour = TimeSpan.FromHours(1);
    private static readonly TagCacheEntryOptions _untagged = new() { Lifetime = _hour };
    private static readonly TagCacheEntryOptions _tagged = new() { Lifetime = _hour, Tags = new[] { "a", "b", "c" } };
    private static readonly ReadOnlySequence<byte> _payload = new(new byte[CostBounds.Payload]);
    private static readonly ReadOnlySequence<byte> _largePayload = new(new byte[CostBounds.LargePayload]);
    private CostMeter _meter = null!;

    public async ValueTask InitializeAsync() => _meter = await CostMeter.StartAsync();

    public ValueTask DisposeAsync() => _meter.DisposeAsync();

    [Fact]
    public Task Get_Untagged_StaysWithinItsCost() => _meter.AssertAsync(CostBounds.UntaggedGet, async instance =>
    {
        var (store, key) = (instance.Store, new CacheEntryKey(_plain, Key));
        await store.SetAsync(key, _payload, CacheVersion.AtWrite, _untagged);
        return () => ReadAsync(store, key);
    });

    [Fact]
    public Task Get_Tagged_StaysWithinItsCost() => _meter.AssertAsync(CostBounds.TaggedGet, async instance =>
    {
        var (store, key) = (instance.Store, StoreExtensions.Page(Key));
        await store.SetAsync(key, _payload, CacheVersion.AtWrite, _tagged);
        return () => ReadAsync(store, key);
    });

    [Fact]
    public Task Set_Small_StaysWithinItsCost() => _meter.AssertAsync(CostBounds.SmallSet, instance => Writing(instance.Store, _payload));

    [Fact]
    public Task Set_Large_StaysWithinItsCost() => _meter.AssertAsync(CostBounds.LargeSet, instance => Writing(instance.Store, _largePayload));

    [Fact]
    public Task SetOfAValue_StaysWithinItsCost() => _meter.AssertAsync(CostBounds.ValueSet, instance =>
    {
        var cache = instance.Get<ITagCache>();
        var policy = new CachePolicy { Lifetime = _hour };
        string[] tags = ["a", "b", "c"];
        var value = new string('v', CostBounds.Payload);
        return Task.FromResult<Func<Task>>(() => cache.SetAsync(Key, value, policy, tags).AsTask());
    });

    [Fact]
    public Task Evict_StaysWithinItsCost() => _meter.AssertAsync(CostBounds.Evict, instance =>
    {
        var store = instance.Store;
        return Task.FromResult<Func<Task>>(() => store.EvictByTagAsync("a").AsTask());
    });

    [Fact]
    public Task LocalHit_StaysWithinItsCost() => _meter.AssertAsync(CostBounds.LocalHit, async instance =>
    {
        var cache = instance.Get<ITagCache>();
        var policy = new CachePolicy { Lifetime = _hour };
        string[] tags = ["a", "b", "c"];
        await cache.SetAsync(Key, "v", policy, tags);
        return () =>
        {
            var hit = cache.GetOrCreateAsync<string>(Key, static (_, _) => throw new InvalidOperationException("A hit was expected."), policy, tags);
            return hit.IsCompletedSuccessfully && hit.Result == "v" ? Task.CompletedTask : hit.AsTask();
        };
    });

    [Fact]
    public Task Miss_ThatIsLed_StaysWithinItsCost() => _meter.AssertAsync(CostBounds.LedMiss, async instance =>
    {
        var cache = instance.Get<ITagCache>();
        var policy = new CachePolicy { Lifetime = _hour, WaitForWrite = false };
        string[] tags = ["a", "b", "c"];
        var value = new string('v', CostBounds.Payload);
        var calls = 0;
        for (var i = 0; i < 40; i++)
            await MissAsync(); // from then on, misses are expected
        return MissAsync;

        async Task MissAsync()
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"{Guid.NewGuid():N}:{calls++}");
            if (await cache.GetOrCreateAsync(key, value, static (value, _, _) => new ValueTask<string>(value), policy, tags) != value)
                throw new InvalidOperationException("The value was expected.");
        }
    });

    [Fact]
    public Task Get_IntoABuffer_StaysWithinItsCost() => _meter.AssertAsync(CostBounds.BufferGet, async instance =>
    {
        var cache = instance.Get<IBufferDistributedCache>();
        await cache.SetAsync(Key, _payload, new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = _hour });
        var buffer = new ArrayBufferWriter<byte>(CostBounds.Payload);
        return async () =>
        {
            buffer.ResetWrittenCount();
            Assert.True(await cache.TryGetAsync(Key, buffer));
        };
    });

    private static async Task ReadAsync(ITagCacheStore store, CacheEntryKey key)
    {
        using var lookup = await store.GetAsync(key);
        if (lookup.Payload.Length != CostBounds.Payload)
            throw new InvalidOperationException("A hit was expected.");
    }

    private static Task<Func<Task>> Writing(ITagCacheStore store, ReadOnlySequence<byte> payload) => Task.FromResult<Func<Task>>(async () =>
    {
        if (await store.SetAsync(StoreExtensions.Page(Key), payload, CacheVersion.AtWrite, _tagged) != CacheWriteOutcome.Stored)
            throw new InvalidOperationException("A write was expected.");
    });
}
