using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Options;
using RedisTagCache.AspNetCore.OutputCaching;
using RedisTagCache.DependencyInjection;

namespace RedisTagCache.AspNetCore.DependencyInjection;

/// <summary>Checks the options, and whose store the pages are in, when the application starts.</summary>
internal sealed class ValidateRedisTagOutputCacheOptions(RegisteredCaches caches) : IValidateOptions<RedisTagOutputCacheOptions>
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _hour = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, RedisTagOutputCacheOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        Check(nameof(options.StaleWindow), options.StaleWindow, TimeSpan.Zero, TimeSpan.FromDays(365));
        Check(nameof(options.RenderTimeout), options.RenderTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        Check(nameof(options.UncacheableDuration), options.UncacheableDuration, _second, _hour);
        Check(nameof(options.RetryDelay), options.RetryDelay, _second, _hour);
        Check(nameof(options.RefreshTimeout), options.RefreshTimeout, _second, _hour);
        Check(nameof(options.LocalCacheBytes), options.LocalCacheBytes, 0, 64L * 1024 * 1024 * 1024);
        CheckStore(failures);
        return failures.Build();

        void Check<T>(string option, T value, T least, T most)
            where T : IComparable<T>
        {
            if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
                failures.AddError($"{nameof(RedisTagOutputCacheOptions)}.{option} must be between {least} and {most}, but was {value}.", option);
        }
    }

    /// <summary>Another store would get keys that differ for each request, and never find a page. A factory may wrap the store of this library.</summary>
    private void CheckStore(ValidateOptionsResultBuilder failures)
    {
        if (caches.TypeOf(typeof(IOutputCacheStore)) is { } other && other != typeof(OutputCacheStoreAdapter))
        {
            failures.AddError(
                $"AddRedisTagOutputCache stores pages in RedisTagCache, but {other.Name} was registered as {nameof(IOutputCacheStore)} after it. Remove that registration, or call AddRedisTagOutputCache after it.");
        }
    }
}
