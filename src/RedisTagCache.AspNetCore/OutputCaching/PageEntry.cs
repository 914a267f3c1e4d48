using RedisTagCache.Tags;

namespace RedisTagCache.AspNetCore.OutputCaching;

/// <summary>Makes the lifetimes, tags and version that a page is stored with.</summary>
internal static class PageEntry
{
    /// <summary>Carried by every page, so that all of them can be evicted at once.</summary>
    public const string EveryPage = "*";

    public static TagCacheEntryOptions OptionsOf(PageRequest page, ReadOnlySpan<string> tags, TimeSpan validFor, RedisTagOutputCacheOptions options) => new()
    {
        Lifetime = validFor,
        StaleWindow = StaleWindowOf(page, options),
        Tags = Complete(tags, page),
    };

    /// <summary>Gets how long after its expiration a page is still served: as its policy says, its endpoint, or the options.</summary>
    public static TimeSpan StaleWindowOf(PageRequest page, RedisTagOutputCacheOptions options) =>
        page.StaleWindow ?? (page.Endpoint?.Metadata.GetMetadata<StaleWhileRevalidateAttribute>() is { } attribute ? TimeSpan.FromSeconds(attribute.Seconds) : options.StaleWindow);

    /// <summary>
    /// Gets the version of a page: the older of the request's beginning, since middleware may have read what the page shows before the lookup, and the
    /// lookup. Where middleware has left nothing in the request, it is the lookup's. So it is for the first requests of an instance, when no version is known.
    /// </summary>
    public static CacheVersion VersionOf(PageRequest page, CacheEntryKey key)
    {
        var startedAt = page.Moment.VersionOf(key);
        if (page.Version is not { } lookup)
            return startedAt;
        return startedAt == CacheVersion.Unknown || page.BeginsWithLookup ? lookup : CacheVersion.Min(startedAt, lookup);
    }

    /// <summary>Adds the tags of every page, and of the pages of its path.</summary>
    public static string[] Complete(ReadOnlySpan<string> tags, PageRequest page)
    {
        var all = new string[tags.Length + 2];
        tags.CopyTo(all);
        all[^2] = EveryPage;
        all[^1] = PathTag.Of(page.Path.Value);
        return all;
    }
}
