using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Topology;

/// <summary>Proxies without subscriptions: polling finds what changes.</summary>
public sealed class ProxyTests : IAsyncLifetime
{
    private RedisServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("twemproxy")]
    [InlineData("envoyproxy")]
    public async Task GetOrCreateAsync_ThroughAProxy_HasLocalHitsAndFollowsEvictions(string proxy)
    {
        using var log = new Counting();
        await using var instance = Instance.Create(
            _server.ConnectionString + ",proxy=" + proxy, static options => options.Partitions = 3, services => services.AddLogging(builder => builder.AddProvider(log)));
        await using var other = Instance.Create(_server.ConnectionString, static options => options.Partitions = 3);
        var cache = instance.Get<ITagCache>();

        // On a busy machine, polls may fail for a while: nothing is kept in memory then, and the value may be computed again.
        var calls = new List<Task<string>>();
        await Eventually.BecomesTrueAsync(
            () =>
            {
                calls.Add(cache.GetOrCreateAsync("k", static (_, _) => ValueTask.FromResult("old"), tags: ["t"]).AsTask());
                return calls[^1].IsCompletedSuccessfully;
            },
            "it is a hit without a command",
            TimeSpan.FromMinutes(1));
        Assert.All(await Task.WhenAll(calls), static value => Assert.Equal("old", value)); // one that is under way may compute it again after the eviction

        await other.Store.EvictByTagAsync("t");
        await Eventually.BecomesTrueAsync(
            async () => await cache.GetOrCreateAsync("k", static (_, _) => ValueTask.FromResult("new"), tags: ["t"]) == "new", "the eviction was found by polling");
        Assert.Equal(1, log.Count);
    }

    /// <summary>Counts the lines about polling. A busy machine brings others.</summary>
    private sealed class Counting : ILoggerProvider, ILogger
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (formatter(state, exception).Contains("does not support subscriptions", StringComparison.Ordinal))
                Interlocked.Increment(ref _count);
        }

        public void Dispose()
        {
        }
    }
}
