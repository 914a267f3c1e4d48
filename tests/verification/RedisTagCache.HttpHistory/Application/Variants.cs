using System.Collections.Concurrent;

namespace RedisTagCache.HttpHistory.Application;

/// <summary>All variants that were asked for. Requests carry the number of theirs.</summary>
internal sealed class Variants
{
    private readonly ConcurrentDictionary<string, Variant> _byAddress = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<int, Variant> _byId = new();
    private int _last;

    public Variant Of(string address) => _byAddress.GetOrAdd(address, static (_, all) =>
    {
        var variant = new Variant(Interlocked.Increment(ref all._last));
        all._byId[variant.Id] = variant;
        return variant;
    }, this);

    public Variant? Find(int id) => _byId.GetValueOrDefault(id);
}
