using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>A removal that Redis did not confirm revokes a lease when it is retried, as it cannot know whether the computation began before it.</summary>
public sealed class RetriedRemovalTests : IAsyncLifetime
{
    private RedisServer _server = null!;
    private CuttingProxy _proxy = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _proxy = CuttingProxy.Start(_server.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task RemoveAsync_RetriedDuringAComputation_LetsAnotherInstanceCompute()
    {
        await using var cutOff = Instance.Create(_proxy.ConnectionString);
        await using var first = Instance.Create(_server.ConnectionString);
        await using var second = Instance.Create(_server.ConnectionString);
        await cutOff.Get<HybridCache>().SetAsync("k", "before");

        using var removed = new CancellationTokenSource();
        var cutting = CutAsync(removed.Token);
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await cutOff.Get<HybridCache>().RemoveAsync("k"));
        await first.Get<HybridCache>().RemoveAsync("k");
        var (running, mayEnd) = (new TaskCompletionSource(), new TaskCompletionSource());
        var computing = first.Get<HybridCache>().GetOrCreateAsync("k", async _ =>
        {
            running.SetResult();
            await mayEnd.Task;
            return "superseded";
        }).AsTask();
        await running.Task;

        await removed.CancelAsync();
        await cutting;
        Assert.Equal("after", await second.Get<HybridCache>().GetOrCreateAsync("k", static _ => ValueTask.FromResult("after")));

        Assert.False(computing.IsCompleted);
        mayEnd.SetResult();
        await computing;
        await using var fresh = Instance.Create(_server.ConnectionString);
        Assert.Equal("after", await fresh.Get<HybridCache>().InRedisAsync("k"));
    }

    /// <summary>Ends each connection with its first byte.</summary>
    private async Task CutAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
                await _proxy.Arm(1).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            _proxy.Disarm();
        }
    }
}
