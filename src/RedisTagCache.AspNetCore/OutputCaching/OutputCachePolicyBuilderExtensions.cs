using RedisTagCache.AspNetCore.OutputCaching;

namespace Microsoft.AspNetCore.OutputCaching;

/// <summary>What policies can say of pages on this cache.</summary>
public static class RedisTagOutputCachePolicyBuilderExtensions
{
    private static readonly TimeSpan _longest = TimeSpan.FromDays(365);

    /// <summary>
    /// Serves pages of this policy for a while after their expiry, while one request of the fleet renders them again behind its visitor. Stands above
    /// the attribute of that name and the option <c>StaleWindow</c>.
    /// </summary>
    /// <param name="builder">The policy.</param>
    /// <param name="window">How long after the expiry. Zero (not at all) to 365 days.</param>
    /// <returns>The policy.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The window is out of range.</exception>
    public static OutputCachePolicyBuilder StaleWhileRevalidate(this OutputCachePolicyBuilder builder, TimeSpan window)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(window, _longest);
        return builder.With(context =>
        {
            if (PageRequest.Of(context) is { } page)
                page.StaleWindow = window;
            return true;
        });
    }

    /// <summary>
    /// Says whether pages of this policy are served from this instance's own copies, where the option <c>LocalCacheBytes</c> makes room for any. They are, unless a
    /// policy says no: then an eviction of these pages holds on every instance as soon as it has returned.
    /// </summary>
    /// <param name="builder">The policy.</param>
    /// <param name="isAllowed">Whether they are.</param>
    /// <returns>The policy.</returns>
    public static OutputCachePolicyBuilder AllowLocalCache(this OutputCachePolicyBuilder builder, bool isAllowed)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.With(context =>
        {
            if (PageRequest.Of(context) is { } page)
                page.AllowsCopies = isAllowed;
            return true;
        });
    }
}
