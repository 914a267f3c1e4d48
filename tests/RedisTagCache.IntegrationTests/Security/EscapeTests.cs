using System.Globalization;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Security;

/// <summary>No key and no tag leaves its prefix, whatever is in it: as a user who may do nothing else, and by a look at all keys.</summary>
public sealed class EscapeTests(AclEngine engine) : IClassFixture<AclEngine>
{
    public static TheoryData<string> Hostile => new(
        "}{other:0}:epoch", "{other}", "}", "{}", "{rtc:0}:epoch", "{rtc:0}:marks", "a b", "a\r\nDEL {rtc:0}:epoch\r\n", "\0", "*", "?", "[a-z]", "\\", "\u00e9\ud83d\ude00",
        "\ud800", ":", "../..", new string('k', 20_000), "floor", "h=t", "'; redis.call('FLUSHALL') --");

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task HostileKeyAndTag_StayWithinThePrefix(string text)
    {
        var tag = text == "\ud800" ? "t" : text; // half a character is no tag
        var prefix = "t" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        await using (var instance = Instance.Create(engine.ConnectionString, options => options.KeyPrefix = prefix))
        {
            Assert.Equal(CacheWriteOutcome.Stored, await instance.Store.WriteAsync(text, "v", tag));
            Assert.Equal("v", await instance.Store.ReadAsync(text));
            await instance.Get<IDistributedCache>().SetAsync(text, [1], new DistributedCacheEntryOptions());
            await instance.Get<HybridCache>().SetAsync(text, "v", tags: tag == "*" ? [] : [tag]);
            await instance.Store.WriteAsync("innocent", "v", "innocent");
            await instance.Store.EvictByTagAsync(tag);
            Assert.Null(await instance.Store.ReadAsync(text));
            Assert.Equal("v", await instance.Store.ReadAsync("innocent"));
            Assert.Equal([1], await instance.Get<IDistributedCache>().GetAsync(text));
            await instance.Store.RemoveAsync(StoreExtensions.Page(text));
        }

        var keys = engine.Database.Keys("*");
        await engine.Database.DeleteAsync(keys);
        Assert.NotEmpty(keys);
        Assert.All(keys, key => Assert.StartsWith($"{{{prefix}:", (string)key!, StringComparison.Ordinal));
        Assert.DoesNotContain(await engine.RefusedAsync(), refused => refused.StartsWith("key", StringComparison.Ordinal));
    }
}
