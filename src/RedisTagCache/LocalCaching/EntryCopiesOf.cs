using RedisTagCache.Diagnostics;
using RedisTagCache.Entries;

namespace RedisTagCache.LocalCaching;

/// <summary>Creates local caches for entries.</summary>
internal sealed class EntryCopiesOf(ValueStore values, TimeProvider time, CacheMeter meter) : ITagCacheCopies
{
    /// <inheritdoc/>
    public IEntryCopies Keep(CacheRegion region, long maxBytes)
    {
        ArgumentNullException.ThrowIfNull(region);
        if (!region.IsTagged)
            throw new ArgumentException($"Entries of the region '{region}' have no tags, so local copies could not be invalidated. Use a region with tags.", nameof(region));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        return new EntryCopies(region, maxBytes, values, time, meter);
    }
}
