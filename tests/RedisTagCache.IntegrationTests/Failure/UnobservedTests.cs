using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.Management;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Failure;

/// <summary>What was given up after its time fails later with nobody waiting: it must not come back as an unobserved exception.</summary>
public sealed class UnobservedTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _unobserved = new();
    private RedisServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync()
    {
        TaskScheduler.UnobservedTaskException -= OnUnobserved;
        return _server.DisposeAsync();
    }

    [Fact]
    public async Task CommandsThatWereGivenUp_LeaveNoUnobservedExceptions()
    {
        TaskScheduler.UnobservedTaskException += OnUnobserved;
        await using var witness = await _server.ConnectAsync();
        Assert.True(witness.IsConnected);
        await using (var instance = Instance.Create(_server.ConnectionString, static o => o.OperationTimeout = TimeSpan.FromMilliseconds(200)))
        {
            var (cache, large) = (instance.Get<HybridCache>(), new string('x', 20_000));
            await cache.SetAsync("k", "v", tags: ["t"]);
            _server.Hang();
            var calls = new List<Task>();
            for (var i = 0; i < 5; i++)
            {
                var key = "k" + i;
                calls.Add(cache.GetOrCreateAsync(key, static _ => new ValueTask<string>("v")).AsTask());
                calls.Add(cache.SetAsync(key, large).AsTask());
                calls.Add(Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await cache.RemoveAsync(key)));
                calls.Add(Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await cache.RemoveByTagAsync("t")));
            }

            await Task.WhenAll(calls);
            Assert.True(instance.Get<ITagCacheStatistics>().GetSnapshot().IsCircuitOpen, "All were given up.");
            _server.Kill();
            await Eventually.BecomesTrueAsync(() => !witness.IsConnected, "connections end, and with them what was given up");
        }

        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.True(_unobserved.IsEmpty, string.Join("\n----\n", _unobserved));
    }

    private void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs e)
    {
        if (e.Exception.ToString().Split('\n').Any(IsOfTheLibrary))
            _unobserved.Enqueue(e.Exception.ToString());
    }

    /// <summary>Tests that run beside this one leave exceptions of their proxies.</summary>
    private static bool IsOfTheLibrary(string line) =>
        line.Contains("at RedisTagCache.", StringComparison.Ordinal)
        && !line.Contains("at RedisTagCache.TestSupport.", StringComparison.Ordinal)
        && !line.Contains("at RedisTagCache.IntegrationTests.", StringComparison.Ordinal);
}
