using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Health;

public sealed class HealthCheckTests : IAsyncLifetime
{
    private RedisServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Check_OfAServerThatGoesAndComes_IsHealthyDegradedAndHealthyAgain(bool isHung)
    {
        await using var instance = NewInstance();
        await instance.Get<ITagCache>().SetAsync("k", "v");
        await BecomesAsync(instance, HealthStatus.Healthy);
        if (isHung)
            _server.Hang();
        else
            _server.Kill();
        await BecomesAsync(instance, HealthStatus.Degraded);
        if (isHung)
            _server.Resume();
        else
            await _server.RestartAsync();
        await BecomesAsync(instance, HealthStatus.Healthy);
    }

    [Fact]
    public async Task Check_WithoutAConnectionEver_HasTheFailureStatusAndTheNamespace()
    {
        _server.Kill();
        await using var instance = NewInstance();
        var entry = await CheckAsync(instance);
        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Equal("test", entry.Data["build_namespace"]);
        Assert.Contains("last_failure", entry.Data.Keys);
    }

    private Instance NewInstance() => Instance.Create(
        _server.ConnectionString,
        o => o.OperationTimeout = TimeSpan.FromMilliseconds(500),
        services => services.AddHealthChecks().AddRedisTagCache());

    private static async Task BecomesAsync(Instance instance, HealthStatus status) =>
        await Eventually.BecomesTrueAsync(async () => (await CheckAsync(instance)).Status == status, $"it is {status}");

    private static async Task<HealthReportEntry> CheckAsync(Instance instance) =>
        (await instance.Get<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken)).Entries["redistagcache"];
}
