using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

namespace RedisTagCache.Tests.DependencyInjection;

public sealed class RegistrationTests
{
    [Fact]
    public void EveryOrderOfCalls_GivesOurServices_Once_AndConnectsNothing()
    {
        Action<IServiceCollection>[] calls =
        [
            static s => s.AddRedisTagCache(o => o.ConnectionMultiplexerFactory = () => throw new InvalidOperationException("connected")),
            static s => s.AddRedisTagOutputCache(),
            static s => s.AddOutputCache(),
            static s => s.AddDistributedMemoryCache(),
        ];
        foreach (var order in Permutations([0, 1, 2, 3]))
        {
            var services = new ServiceCollection();
            foreach (var i in order)
                calls[i](services);
            using var provider = services.BuildServiceProvider();
            Assert.Same(provider.GetRequiredService<IDistributedCache>(), provider.GetRequiredService<IBufferDistributedCache>());
            Assert.Equal("DistributedCacheAdapter", Assert.Single(provider.GetServices<IDistributedCache>()).GetType().Name);
            Assert.Equal("OutputCacheStoreAdapter", Assert.Single(provider.GetServices<IOutputCacheStore>()).GetType().Name);
            Assert.Single(provider.GetServices<ITagCacheStore>());
        }
    }

    [Fact]
    public void RepeatedCalls_AddNothingMore()
    {
        var services = new ServiceCollection();
        services.AddRedisTagCache().AddRedisTagOutputCache();
        var once = Ours(services);
        services.AddRedisTagCache().AddRedisTagOutputCache();
        Assert.Equal(once, Ours(services));
    }

    private static string[] Ours(ServiceCollection services) =>
    [
        .. services.Where(s => !s.IsKeyedService)
            .Select(s => $"{s.ServiceType} {s.ImplementationType}")
            .Where(text => text.Contains("RedisTagCache.", StringComparison.Ordinal) || text.Contains("Cache ", StringComparison.Ordinal) || text.Contains("CacheStore ", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    private static IEnumerable<int[]> Permutations(int[] items) => items.Length == 1
        ? [items]
        : items.SelectMany(first => Permutations([.. items.Where(i => i != first)]).Select(rest => (int[])[first, .. rest]));
}
