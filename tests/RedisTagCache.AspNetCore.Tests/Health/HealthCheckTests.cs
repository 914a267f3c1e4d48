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
    public async Task Check_OfAHealthyInstance_HasAllTheData()
    {
        await using var instance = NewInstance();
        await instance.Get<ITagCache>().SetAsync("k", "v");
        await BecomesAsync(instance, HealthStatus.Healthy);
        var entry = await CheckAsync(instance);
        Assert.InRange(Assert.IsType<double>(entry.Data["round_trip_ms"]), double.Epsilon, 500);
        Assert.Equal(("test", "option"), (entry.Data["build_namespace"], entry.Data["build_namespace_source"]));
        Assert.Equal((1, "standalone"), (entry.Data["partitions"], entry.Data["server_kind"]));
        Assert.NotEqual(new Version(), Version.Parse((string)entry.Data["server_version"]));
        Assert.Equal((false, 0, 0), (entry.Data["circuit_open"], entry.Data["untrusted_partitions"], entry.Data["silent_partitions"]));
        Assert.DoesNotContain("last_failure", entry.Data.Keys);
        Assert.Null(entry.Description);
    }

    [Fact]
    public async Task Check_OfAHungServer_SaysThatTheCircuitIsOpen_AndNamesTheFailure()
    {
        await using var instance = NewInstance();
        await instance.Get<ITagCache>().SetAsync("k", "v");
        await BecomesAsync(instance, HealthStatus.Healthy);
        var before = DateTimeOffset.UtcNow;
        _server.Hang();
        await instance.Store.ReadAsync("k");
        var entry = await CheckAsync(instance);
        Assert.Equal((HealthStatus.Degraded, true), (entry.Status, entry.Data["circuit_open"]));
        Assert.Contains("is not responding", entry.Description, StringComparison.Ordinal);
        Assert.Equal(nameof(TimeoutException), entry.Data["last_failure"]);
        Assert.InRange(Assert.IsType<DateTimeOffset>(entry.Data["last_failure_at"]), before, DateTimeOffset.UtcNow);
        Assert.DoesNotContain("round_trip_ms", entry.Data.Keys);
    }

    [Fact]
    public async Task Check_OfAnInstanceThatMayNotSubscribe_IsDegraded()
    {
        await using var admin = await _server.ConnectAsync();
        await DeafUser.CreateAsync(admin.GetServers()[0], "deaf");
        await using var instance = NewInstance(DeafUser.Login("deaf"));
        await instance.Get<ITagCache>().SetAsync("k", "v");
        await BecomesAsync(instance, HealthStatus.Degraded);
        var entry = await CheckAsync(instance);
        Assert.Equal((1, false), (entry.Data["silent_partitions"], entry.Data["circuit_open"]));
        Assert.Contains("No messages arrive", entry.Description, StringComparison.Ordinal);
    }

    /// <summary>The connection for messages is cut for as long as one looks, and then left alone.</summary>
    [Fact]
    public async Task Check_WhileTheConnectionForMessagesIsCut_IsDegraded_AndHealthyAfterwards()
    {
        await using var admin = await _server.ConnectAsync();
        await using var instance = NewInstance(",protocol=resp2");
        await instance.Get<ITagCache>().SetAsync("k", "v");
        await BecomesAsync(instance, HealthStatus.Healthy);
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await admin.GetServers()[0].ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
                var entry = await CheckAsync(instance);
                return entry.Status == HealthStatus.Degraded && entry.Data["silent_partitions"] is 1 && entry.Data["circuit_open"] is false;
            },
            "no messages arrive");
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

    private Instance NewInstance(string more = "") => Instance.Create(
        _server.ConnectionString + more,
        o => o.OperationTimeout = TimeSpan.FromMilliseconds(500),
        services => services.AddHealthChecks().AddRedisTagCache());

    private static async Task BecomesAsync(Instance instance, HealthStatus status) =>
        await Eventually.BecomesTrueAsync(async () => (await CheckAsync(instance)).Status == status, $"it is {status}");

    private static async Task<HealthReportEntry> CheckAsync(Instance instance) =>
        (await instance.Get<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken)).Entries["redistagcache"];
}
