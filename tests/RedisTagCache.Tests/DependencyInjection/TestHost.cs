using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace RedisTagCache.Tests.DependencyInjection;

/// <summary>A host with nothing but what a test puts into it.</summary>
internal static class TestHost
{
    /// <param name="services">Registers.</param>
    /// <param name="settings">The configuration section of the cache; values that are null are left out.</param>
    public static IHost Create(Action<IServiceCollection> services, params (string Name, string? Value)[] settings)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings.Where(s => s.Value is not null).Select(s => KeyValuePair.Create("RedisTagCache:" + s.Name, s.Value)));
        services(builder.Services);
        return builder.Build();
    }

    public static RedisTagCacheOptions OptionsOf(IHost host) => host.Services.GetRequiredService<IOptions<RedisTagCacheOptions>>().Value;

    /// <summary>What the start of a host with these options fails with.</summary>
    public static async Task<OptionsValidationException> RefusedAsync(Action<RedisTagCacheOptions>? configure, params (string Name, string? Value)[] settings)
    {
        using var host = Create(services => services.AddRedisTagCache(configure), settings);
        return await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
    }

    public static async Task StartsAsync(Action<RedisTagCacheOptions>? configure, params (string Name, string? Value)[] settings)
    {
        using var host = Create(services => services.AddRedisTagCache(configure), settings);
        await host.StartAsync();
        await host.StopAsync();
    }
}
