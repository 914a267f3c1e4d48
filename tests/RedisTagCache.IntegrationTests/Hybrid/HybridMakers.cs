using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>An implementation of <see cref="HybridCache"/>: makes instances of a fleet, each with a container and a connection of its own.</summary>
public interface IHybridMaker
{
    HybridInstance Create(HybridSetup setup);
}

public sealed record HybridInstance(IServiceProvider Services, IAsyncDisposable Owner)
{
    public HybridCache Cache => Services.GetRequiredService<HybridCache>();
}

public static class HybridMakers
{
    /// <summary>Microsoft's own over its own Redis cache: shows that the contract is stated truly.</summary>
    public static IHybridMaker Microsoft { get; } = new MicrosoftMaker();

    public static IHybridMaker Ours { get; } = new OurMaker();

    /// <summary>Short where a test makes an outage, which would last too long otherwise.</summary>
    private static TimeSpan TimeoutOf(HybridSetup setup) =>
        SharedServers.Contains(setup.ConnectionString) ? SharedServers.OperationTimeout : TimeSpan.FromMilliseconds(500);

    private sealed class MicrosoftMaker : IHybridMaker
    {
        public HybridInstance Create(HybridSetup setup)
        {
            var services = new ServiceCollection();
            services.AddStackExchangeRedisCache(options =>
            {
                options.InstanceName = setup.KeyPrefix + ":";
                options.ConfigurationOptions = ConfigurationOptions.Parse(setup.ConnectionString);
                options.ConfigurationOptions.AbortOnConnectFail = false;
                var timeout = (int)TimeoutOf(setup).TotalMilliseconds;
                options.ConfigurationOptions.ConnectTimeout = timeout;
                options.ConfigurationOptions.AsyncTimeout = timeout;
                options.ConfigurationOptions.SyncTimeout = timeout;
            });
            services.AddHybridCache(options =>
            {
                options.DefaultEntryOptions = setup.Defaults;
                options.MaximumKeyLength = setup.MaximumKeyLength ?? options.MaximumKeyLength;
                options.MaximumPayloadBytes = setup.MaximumPayloadBytes ?? options.MaximumPayloadBytes;
            });
            setup.Services?.Invoke(services);
            var provider = services.BuildServiceProvider();
            return new HybridInstance(provider, provider);
        }
    }

    private sealed class OurMaker : IHybridMaker
    {
        public HybridInstance Create(HybridSetup setup)
        {
            var instance = Instance.Create(
                setup.ConnectionString,
                options =>
                {
                    options.KeyPrefix = setup.KeyPrefix;
                    options.Partitions = setup.Partitions;
                    options.OperationTimeout = TimeoutOf(setup);
                    options.MaximumKeyLength = setup.MaximumKeyLength ?? options.MaximumKeyLength;
                    options.MaximumPayloadBytes = setup.MaximumPayloadBytes ?? options.MaximumPayloadBytes;
                    if (setup.Defaults is { } defaults)
                        options.Profiles["default"] = new CachePolicy { Lifetime = defaults.Expiration, LocalLifetime = defaults.LocalCacheExpiration, Flags = defaults.Flags };
                },
                setup.Services);
            return new HybridInstance(instance.Services, instance);
        }
    }
}
