using RedisTagCache.AspNetCore.OutputCaching;

namespace Microsoft.AspNetCore.OutputCaching;

/// <summary>Provides extension methods for policies of output caching.</summary>
public static class RedisTagOutputCachePolicyBuilderExtensions
{
    private static readonly TimeSpan _maxWindow = TimeSpan.FromDays(365);

    /// <summary>
    /// Serves pages of this policy as stale after their expiration, while one instance of the fleet refreshes them in the background. Overrides
    /// the attribute of that name and the option <c>StaleWindow</c>.
    /// </summary>
    /// <param name="builder">The policy builder.</param>
    /// <param name="window">How long after the expiration. Must be between zero (not at all) and 365 days.</param>
    /// <returns>The same policy builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The window is out of range.</exception>
    public static OutputCachePolicyBuilder StaleWhileRevalidate(this OutputCachePolicyBuilder builder, TimeSpan window)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(window, _maxWindow);
        return builder.With(context =>
        {
            if (PageRequest.Of(context) is { } page)
                page.StaleWindow = window;
            return true;
        });
    }

    /// <summary>
    /// Sets whether pages of this policy are served from the local cache, if the option <c>LocalCacheBytes</c> enables it. By default, they are. If a policy does not allow it,
    /// an eviction of these pages has taken effect on all instances when it returns.
    /// </summary>
    /// <param name="builder">The policy builder.</param>
    /// <param name="isAllowed">Whether to allow the local cache.</param>
    /// <returns>The same policy builder.</returns>
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
