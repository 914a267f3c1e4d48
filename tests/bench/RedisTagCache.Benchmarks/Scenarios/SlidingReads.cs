using Microsoft.Extensions.Caching.Distributed;
using RedisTagCache.Benchmarks.Stores;

namespace RedisTagCache.Benchmarks.Scenarios;

/// <summary>Reads that prolong what they read.</summary>
internal static class SlidingReads
{
    private const int Callers = 64;
    private static readonly TimeSpan _sliding = TimeSpan.FromMinutes(20);

    public static IEnumerable<Scenario> All => [Create()];

    private static Scenario Create()
    {
        var shape = new Shape(Size.Page, tags: 0);
        return new Scenario($"Get, 1 KB, sliding, {Callers} callers", Callers, StoreNames.Bare, lab =>
        [
            new Entrant(StoreNames.Bare, Operation.Of(key => lab.Bare.StringGetSetExpiryAsync(shape.Keys[key], _sliding), found => shape.Check((byte[]?)found)), () => new BareStore("", lab.Bare).FillAsync(shape)),
            Enter(StoreNames.OurDistributed, lab.Ours.Get<IDistributedCache>(), shape),
            Enter(StoreNames.MicrosoftDistributed, lab.MicrosoftCache, shape),
        ])
        {
            Keys = shape.Keys.Length,
        };
    }

    private static Entrant Enter(string name, IDistributedCache cache, Shape shape)
    {
        var store = new DistributedStore(name, cache, _sliding);
        return new Entrant(name, store.Get(shape), () => store.FillAsync(shape));
    }
}
