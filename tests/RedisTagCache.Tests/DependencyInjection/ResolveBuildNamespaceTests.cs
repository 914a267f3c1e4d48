using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using RedisTagCache.Diagnostics;

namespace RedisTagCache.Tests.DependencyInjection;

/// <summary>The name of the build as a host resolves it. Changes the environment of the process, so it runs alone.</summary>
[Collection(nameof(ResolveBuildNamespaceTests))]
[CollectionDefinition(nameof(ResolveBuildNamespaceTests), DisableParallelization = true)]
public sealed class ResolveBuildNamespaceTests : IDisposable
{
    private const string Variable = "DEPLOYMENT_VERSION";
    private readonly string? _before = Environment.GetEnvironmentVariable(Variable);

    public void Dispose() => Environment.SetEnvironmentVariable(Variable, _before);

    [Theory]
    [InlineData("by option", "by configuration", "by environment", "by%20option", "option")]
    [InlineData(null, "by configuration", "by environment", "by%20configuration", "configuration")]
    [InlineData(null, " ", " by environment ", "by%20environment", "environment variable DEPLOYMENT_VERSION")]
    [InlineData(null, null, "by environment", "by%20environment", "environment variable DEPLOYMENT_VERSION")]
    public async Task Start_WithSeveralNames_TakesTheFirstAndSaysWhereItIsFrom(string? option, string? configured, string? variable, string name, string source)
    {
        Environment.SetEnvironmentVariable(Variable, variable);
        using var host = TestHost.Create(
            services =>
            {
                services.AddFakeLogging();
                services.AddRedisTagCache(options => options.BuildNamespace = option ?? options.BuildNamespace);
            },
            ("Configuration", "localhost:1"),
            ("BuildNamespace", configured));
        await host.StartAsync();

        Assert.Equal(name, host.Services.GetRequiredService<IOptions<RedisTagCacheOptions>>().Value.BuildNamespace);
        _ = host.Services.GetRequiredService<IOptionsMonitor<RedisTagCacheOptions>>().CurrentValue;
        var line = Assert.Single(host.Services.GetFakeLogCollector().GetSnapshot(), record => record.Id.Id == LogIds.BuildNamespaceResolved);
        Assert.Equal($"Entries of the cache 'default' that are isolated by build use the namespace {name} (from {source})", line.Message);
        await host.StopAsync();
    }

    [Fact]
    public async Task Start_WithoutAnyName_FindsOne()
    {
        Environment.SetEnvironmentVariable(Variable, null);
        using var host = TestHost.Create(services => services.AddRedisTagCache(), ("Configuration", "localhost:1"));
        await host.StartAsync();
        Assert.False(string.IsNullOrWhiteSpace(host.Services.GetRequiredService<IOptions<RedisTagCacheOptions>>().Value.BuildNamespace));
        await host.StopAsync();
    }

    [Fact]
    public void Options_OfSnapshotAndMonitor_AreNotEscapedTwice()
    {
        using var host = TestHost.Create(services => services.AddRedisTagCache(options => options.BuildNamespace = "a b"), ("Configuration", "localhost:1"));
        using var scope = host.Services.CreateScope();
        Assert.Equal("a%20b", scope.ServiceProvider.GetRequiredService<IOptions<RedisTagCacheOptions>>().Value.BuildNamespace);
        Assert.Equal("a%20b", scope.ServiceProvider.GetRequiredService<IOptionsSnapshot<RedisTagCacheOptions>>().Value.BuildNamespace);
        Assert.Equal("a%20b", scope.ServiceProvider.GetRequiredService<IOptionsMonitor<RedisTagCacheOptions>>().CurrentValue.BuildNamespace);
    }
}
