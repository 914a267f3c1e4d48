using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RedisTagCache.AspNetCore.OutputCaching;

namespace RedisTagCache.AspNetCore.Tests.Caches;

/// <summary>Another output cache store in the same application. Nobody connects.</summary>
public sealed class OtherStoreTests
{
    [Fact]
    public async Task Start_WithAStoreRegisteredAfterwards_ThrowsAndNamesIt()
    {
        await using var app = Build(static services => services.AddRedisTagOutputCache().AddStackExchangeRedisOutputCache(static options => options.Configuration = "localhost:1"));
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync());
        Assert.Contains("RedisOutputCacheStore", error.Message, StringComparison.Ordinal);
        Assert.Contains("Remove that registration, or call AddRedisTagOutputCache after it.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithAStoreRegisteredBefore_UsesRedisTagCache()
    {
        await using var app = Build(static services => services.AddStackExchangeRedisOutputCache(static options => options.Configuration = "localhost:1").AddRedisTagOutputCache());
        await app.StartAsync();
        Assert.IsType<OutputCacheStoreAdapter>(app.Services.GetRequiredService<IOutputCacheStore>());
    }

    private static WebApplication Build(Action<IServiceCollection> add)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Services.AddRedisTagCache(static options => options.Configuration = "localhost:1");
        add(builder.Services);
        return builder.Build();
    }
}
