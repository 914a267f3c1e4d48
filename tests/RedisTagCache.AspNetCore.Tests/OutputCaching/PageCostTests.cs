using System.Buffers;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.AspNetCore.Tests.Fleet;
using RedisTagCache.TestSupport;
using RedisTagCache.TestSupport.Costs;

namespace RedisTagCache.AspNetCore.Tests.OutputCaching;

/// <summary>What the store of pages allocates, sends and waits for when it goes to Redis. Alone, since allocations are counted for the whole process.</summary>
[Collection(Quiet.Name)]
public sealed class PageCostTests : IAsyncLifetime
{
    private const string Key = "/article/42";
    private static readonly string[] _tags = ["a", "b", "c"];
    private static readonly ReadOnlySequence<byte> _page = new(new byte[CostBounds.Payload]);
    private CostMeter _meter = null!;

    public async ValueTask InitializeAsync() =>
        _meter = await CostMeter.StartAsync(static options => options.LocalCacheBytes = 0, static services => services.AddRedisTagOutputCache());

    public ValueTask DisposeAsync() => _meter.DisposeAsync();

    [Fact]
    public Task Get_StaysWithinItsCost() => _meter.AssertAsync(CostBounds.PageGet, async instance =>
    {
        var store = StoreOf(instance);
        await SetAsync(store);
        return async () =>
        {
            if (await store.GetAsync(Key, default) is not { Length: CostBounds.Payload })
                throw new InvalidOperationException("A hit was expected.");
        };
    });

    [Fact]
    public Task Set_StaysWithinItsCost() => _meter.AssertAsync(CostBounds.PageSet, instance =>
    {
        var store = StoreOf(instance);
        return Task.FromResult<Func<Task>>(() => SetAsync(store));
    });

    private static IOutputCacheBufferStore StoreOf(Instance instance) => (IOutputCacheBufferStore)instance.Get<IOutputCacheStore>();

    private static Task SetAsync(IOutputCacheBufferStore store) => store.SetAsync(Key, _page, _tags, TimeSpan.FromHours(1), default).AsTask();
}
