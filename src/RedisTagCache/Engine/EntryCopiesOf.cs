using RedisTagCache.Diagnostics;
using RedisTagCache.Store;

namespace RedisTagCache.Engine;

/// <summary>Makes rooms for copies of entries.</summary>
internal sealed class EntryCopiesOf(ValueStore values, TimeProvider time, CacheMeter meter) : ITagCacheCopies
{
    /// <inheritdoc/>
    public IEntryCopies Keep(CacheSurface surface, long mostBytes)
    {
        ArgumentNullException.ThrowIfNull(surface);
        if (!surface.IsTagged)
            throw new ArgumentException($"Entries of the surface '{surface}' carry no tags, and nothing would tell when a copy is out of date.", nameof(surface));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(mostBytes);
        return new EntryCopies(surface, mostBytes, values, time, meter);
    }
}
