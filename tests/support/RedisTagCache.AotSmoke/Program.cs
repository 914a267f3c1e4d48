using System.Text.Json;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache;
using RedisTagCache.AotSmoke;

// The first argument is a connection string. Ends with 0 when everything came back as it should.
var services = new ServiceCollection();
services.AddRedisTagCache(options =>
{
    options.Configuration = args[0];
    options.OperationTimeout = TimeSpan.FromSeconds(30); // whatever else the machine does
});
services.AddKeyedSingleton<JsonSerializerOptions>(typeof(IHybridCacheSerializer<>), new JsonSerializerOptions { TypeInfoResolver = SmokeJson.Default });
await using var provider = services.BuildServiceProvider();

var hybrid = provider.GetRequiredService<HybridCache>();
var fromRedis = new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableLocalCache };
var first = await hybrid.GetOrCreateAsync("point", static _ => new ValueTask<Point>(new Point(1, "first")), fromRedis, ["smoke"]);
var again = await hybrid.GetOrCreateAsync("point", static _ => new ValueTask<Point>(new Point(2, "never")), fromRedis, ["smoke"]);
await hybrid.RemoveByTagAsync("smoke");
var typed = provider.GetRequiredService<ITagCache>();
var second = await typed.GetOrCreateAsync("point", static (_, _) => new ValueTask<Point>(new Point(3, "second")), tags: ["smoke"]);

var distributed = provider.GetRequiredService<IDistributedCache>();
await distributed.SetAsync("bytes", [1, 2, 3], new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(1) });
var bytes = await distributed.GetAsync("bytes");
await typed.EvictByTagAsync("*");

return (first, again, second, bytes?.Length) == (new Point(1, "first"), new Point(1, "first"), new Point(3, "second"), 3) ? 0 : 1;
