using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>How an instance is set up, in words that hold for every implementation.</summary>
public sealed record HybridSetup
{
    public required string ConnectionString { get; init; }

    public string KeyPrefix { get; init; } = "test";

    public int? Partitions { get; init; } = 1;

    /// <summary>What holds for calls that say nothing else.</summary>
    public HybridCacheEntryOptions? Defaults { get; init; }

    public int? MaximumKeyLength { get; init; }

    public int? MaximumPayloadBytes { get; init; }

    /// <summary>Services of the application, such as serializers: registered after the cache.</summary>
    public Action<IServiceCollection>? Services { get; init; }
}
