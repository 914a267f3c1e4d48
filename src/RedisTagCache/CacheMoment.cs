using RedisTagCache.Redis;
using RedisTagCache.Store;

namespace RedisTagCache;

/// <summary>
/// What an instance knew of evictions at one moment: gives tokens to values whose computation began then and that had no look-up of their own,
/// such as a request that joined another one's look-up. Immutable, safe for concurrent use.
/// </summary>
public sealed class CacheMoment
{
    private readonly KeySpace _keys;
    private readonly MirrorState?[] _states;

    internal CacheMoment(KeySpace keys, MirrorState?[] states)
    {
        _keys = keys;
        _states = states;
    }

    /// <summary>The token for a value of this key. As old as the instance's knowledge was, so at worst the value counts as evicted needlessly.</summary>
    /// <param name="key">The key the value will be written under.</param>
    /// <returns>The token; <see cref="CacheToken.Never"/> when the instance knew nothing yet.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    public CacheToken TokenOf(CacheEntryKey key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key.Key, nameof(key));
        return _states.Length > 0 && _states[_keys.PartitionOf(key.Key).Index] is { } state ? new CacheToken(state.Stamp) : CacheToken.Never;
    }

    internal bool IsOf(ReadOnlySpan<Mirror> mirrors)
    {
        if (mirrors.Length != _states.Length)
            return false;
        for (var i = 0; i < mirrors.Length; i++)
        {
            if (!ReferenceEquals(_states[i], mirrors[i].Known))
                return false;
        }

        return true;
    }
}
