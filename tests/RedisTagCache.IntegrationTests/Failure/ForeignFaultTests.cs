using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Failure;

/// <summary>What the application hangs into the cache throws: the cache's own loops go on.</summary>
public sealed class ForeignFaultTests : IAsyncLifetime
{
    private RedisServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Outage_WithALoggerThatThrows_EndsWithHitsAndRepeatedEvictions(bool isHung)
    {
        using var logger = new ThrowingLogger();
        await using var instance = Instance.Create(
            _server.ConnectionString,
            static options => options.OperationTimeout = TimeSpan.FromMilliseconds(500),
            services => services.AddLogging(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(logger)));
        await using var other = Instance.Create(_server.ConnectionString);
        await instance.Get<ITagCache>().SetAsync("value", "v", tags: ["t"]);
        await Eventually.BecomesTrueAsync(
            async () => await instance.Store.WriteAsync("k", "v", "t") == CacheWriteOutcome.Stored && await instance.Store.ReadAsync("k") == "v", "it is written");

        logger.IsThrowing = true;
        if (isHung)
            _server.Hang();
        else
            _server.Kill();
        for (var i = 0; i < 5; i++)
            await IgnoringAsync(async () => await instance.Store.ReadAsync("k"));
        await IgnoringAsync(async () => await instance.Store.EvictByTagAsync("t"));
        if (isHung)
            _server.Resume();
        else
            await _server.RestartAsync();

        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await IgnoringAsync(async () => await instance.Store.WriteAsync("l", "v"));
                return await other.Store.ReadAsync("k") is null && await other.Store.ReadAsync("l") == "v";
            },
            "the eviction was repeated and writes are back",
            TimeSpan.FromSeconds(20));
        Assert.True(logger.Count > 0);
    }

    private static async Task IgnoringAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Exception)
        {
            // the logger's exception may reach the caller
        }
    }
}
