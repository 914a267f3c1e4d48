using Microsoft.Extensions.DependencyInjection;

namespace RedisTagCache.AspNetCore.Tests.Operations;

/// <summary>Values as an application keeps them.</summary>
internal static class Values
{
    private static readonly CachePolicy _policy = new() { Lifetime = TimeSpan.FromMinutes(30), StaleWindow = TimeSpan.FromMinutes(10) };

    public static async Task SetAsync(this IServiceProvider services, string key, string tag, string value = "a value") =>
        await services.GetRequiredService<ITagCache>().SetAsync(key, value, _policy, [tag], TestContext.Current.CancellationToken);

    public static async Task<string?> GetAsync(this IServiceProvider services, string key)
    {
        var found = await services.GetRequiredService<ITagCache>().TryGetAsync<string>(key, cancellationToken: TestContext.Current.CancellationToken);
        return found.HasValue ? found.Value : null;
    }
}
