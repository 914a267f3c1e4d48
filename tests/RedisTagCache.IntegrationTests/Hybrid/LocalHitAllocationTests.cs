using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>Values in the memory of the instance are returned without an allocation.</summary>
public sealed class LocalHitAllocationTests(StandaloneEngine engine) : TagCacheSuite(engine), IClassFixture<StandaloneEngine>
{
    private const string Key = "article:42";
    private const int Calls = 10_000;
    private static readonly CachePolicy _policy = new() { Lifetime = Hour };
    private static readonly HybridCacheEntryOptions _options = new() { Expiration = Hour };

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(10)]
    public async Task GetOrCreate_OfALocalCopy_AllocatesNothing(int tags)
    {
        var cache = Cache;
        await AllocatesNothingAsync(tags, carried => cache.GetOrCreateAsync(Key, static (_, _) => new ValueTask<string>("v"), _policy, carried));
        await AllocatesNothingAsync(tags, carried => cache.GetOrCreateAsync(Key, 7, static (_, _, _) => new ValueTask<string>("v"), tags: carried));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(10)]
    public async Task GetOrCreate_OfALocalCopyThroughHybridCache_AllocatesNothing(int tags)
    {
        var cache = NewInstance().Get<HybridCache>();
        var characters = Key.ToCharArray();
        await AllocatesNothingAsync(tags, carried => cache.GetOrCreateAsync(Key, static _ => new ValueTask<string>("v"), _options, carried));
        await AllocatesNothingAsync(tags, carried => cache.GetOrCreateAsync(Key, 7, static (_, _) => new ValueTask<string>("v"), tags: carried));
        await AllocatesNothingAsync(tags, carried => cache.GetOrCreateAsync(characters.AsSpan(), static _ => new ValueTask<string>("v"), _options, carried));
    }

    /// <summary>Many calls in a row allocate nothing at all. Now and then one must look into Redis, so that several runs are made.</summary>
    private static async Task AllocatesNothingAsync<T>(int count, Func<string[]?, ValueTask<T>> call)
    {
        var tags = count == 0 ? null : Enumerable.Range(0, count).Select(i => $"tag:{i}").ToArray();
        await call(tags);
        var least = long.MaxValue;
        await Eventually.BecomesTrueAsync(() => (least = Math.Min(least, Measure(tags, call))) == 0, $"{Calls} calls allocate nothing", TimeSpan.FromSeconds(5));
    }

    private static long Measure<T>(string[]? tags, Func<string[]?, ValueTask<T>> call)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Calls; i++)
        {
            var result = call(tags);
            if (!result.IsCompletedSuccessfully)
            {
                result.AsTask().GetAwaiter().GetResult(); // no copy just now
                return long.MaxValue;
            }

            _ = result.Result;
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
