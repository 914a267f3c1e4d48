using System.Buffers;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>A value that can be written and not be read again is computed again: asking for it fails nobody. With Microsoft's it does.</summary>
public sealed class OneWayTests(StandaloneEngine engine) : HybridSuite(engine, HybridMakers.Ours), IClassFixture<StandaloneEngine>
{
    [Fact]
    public async Task Value_ThatCannotBeDeserialized_IsComputedAgain()
    {
        var (cache, source) = (NewOneWay(), new Source<OneWay>(run => new OneWay(run)));
        for (var i = 1; i <= 5; i++)
            Assert.InRange((await cache.GetOrCreateAsync("k", source.ReadAsync)).Number, 1, i);
    }

    [Fact]
    public async Task ValueThatCannotBeReadAgain_IsGivenToAllWhoJoined()
    {
        var (cache, source) = (NewOneWay(), new Source<OneWay>(run => new OneWay(run), isHeld: true));
        var calls = Enumerable.Range(0, 10).Select(_ => cache.GetOrCreateAsync("k", source.ReadAsync).AsTask()).ToArray();
        await source.Started;
        source.Release();
        Assert.All(await Task.WhenAll(calls), value => Assert.InRange(value.Number, 1, source.Runs));
    }

    private HybridCache NewOneWay() =>
        NewCache(setup => setup with { Services = services => services.AddSingleton<IHybridCacheSerializer<OneWay>>(new OneWaySerializer()) });

    public sealed record OneWay(int Number);

    private sealed class OneWaySerializer : IHybridCacheSerializer<OneWay>
    {
        public OneWay Deserialize(ReadOnlySequence<byte> source) => throw new NotSupportedException("It cannot be read.");

        public void Serialize(OneWay value, IBufferWriter<byte> target) => target.Write([(byte)value.Number]);
    }
}
