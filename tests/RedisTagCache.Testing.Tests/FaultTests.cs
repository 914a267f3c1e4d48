using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.Management;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Testing.Tests;

/// <summary>Each fault of the server, as an application sees it.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private readonly InMemoryRedis _server = new();
    private TestApp _app = null!;
    private TestApp _other = null!;
    private int _computed;

    public async ValueTask InitializeAsync()
    {
        _app = await TestApp.StartAsync(_server);
        _other = await TestApp.StartAsync(_server);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _other.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Down_UntilItIsUp_PagesAreRenderedAndEvictionsThrow(bool losesData)
    {
        Assert.Equal("1: 1", await _app.GetAsync("/pages/1"));
        _server.IsDown = true;
        Assert.Equal("1: 1", await _other.GetAsync("/pages/1"));
        Assert.Equal(1, _other.Rendered);
        Assert.Equal("1: 2", await _app.GetAsync("/pages/1"));
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await _other.Values.EvictByTagAsync("page:2"));

        if (losesData)
            _server.Clear();
        _server.IsDown = false;
        await ComesBackAsync(_app);
        await ComesBackAsync(_other);

        // The eviction that was owed is repeated by itself.
        await Eventually.BecomesTrueAsync(() => _server.WasEvicted("page:2"), "the eviction was repeated");
        var rendered = _app.Rendered;
        Assert.Equal(losesData ? "1: 3" : "1: 1", await _app.GetAsync("/pages/1"));
        Assert.Equal(losesData ? rendered + 1 : rendered, _app.Rendered);
    }

    [Fact]
    public async Task Down_AtTheStart_ConnectsWhenItIsUp()
    {
        await using var server = new InMemoryRedis { IsDown = true };
        await using var app = await TestApp.StartAsync(server);
        Assert.Equal("1: 1", await app.GetAsync("/pages/1"));
        server.IsDown = false;
        await ComesBackAsync(app);
        await Eventually.BecomesTrueAsync(async () => await app.GetAsync("/pages/2") == await app.GetAsync("/pages/2"), "pages are cached");
    }

    [Fact]
    public async Task Latency_DelaysEachReply()
    {
        await _app.Values.EvictByTagAsync("t");
        _server.Latency = TimeSpan.FromMilliseconds(150);
        var start = Stopwatch.GetTimestamp();
        await _app.Values.EvictByTagAsync("t");
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(140));
        Assert.Throws<ArgumentOutOfRangeException>(() => _server.Latency = TimeSpan.FromSeconds(-2));
    }

    [Fact]
    public async Task Latency_WithoutAnEnd_TimesOutUntilItChanges()
    {
        await using var server = new InMemoryRedis();
        await using var app = await TestApp.StartAsync(server, static services => services.Configure<RedisTagCacheOptions>(static options => options.OperationTimeout = TimeSpan.FromMilliseconds(300)));
        Assert.Equal("1: 1", await app.GetAsync("/pages/1"));
        server.Latency = Timeout.InfiniteTimeSpan;
        Assert.Equal("1: 2", await app.GetAsync("/pages/1"));
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await app.Values.EvictByTagAsync("page:2"));
        server.Latency = TimeSpan.Zero;
        await ComesBackAsync(app);
    }

    [Fact]
    public async Task LosesMessages_OfAnEviction_IsFoundByPolls()
    {
        Assert.Equal(1, await GetAsync(_app));
        Assert.Equal(1, await GetAsync(_other));
        _server.LosesMessages = true;
        await _app.Values.EvictByTagAsync("t");
        await Eventually.BecomesTrueAsync(async () => await GetAsync(_other) == 2, "the other instance learns of the eviction");
        Assert.Equal(2, await GetAsync(_app));
        Assert.Equal(0, _other.Services.GetRequiredService<ITagCacheStatistics>().GetSnapshot().Backplane.Messages);

        // The other instance does not wait for a write, which would be announced to it.
        async Task<int> GetAsync(TestApp app) =>
            await app.Values.GetOrCreateAsync("k", (_, _) => ValueTask.FromResult(Interlocked.Increment(ref _computed)), new CachePolicy { WaitForWrite = true }, ["t"]);
    }

    [Fact]
    public async Task RejectsWrites_UntilItChanges_ReadsContinue()
    {
        Assert.Equal("1: 1", await _app.GetAsync("/pages/1"));
        _server.RejectsWrites = true;
        Assert.Equal("1: 1", await _other.GetAsync("/pages/1"));
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await _app.Values.EvictByTagAsync("page:1"));
        _server.RejectsWrites = false;
        await Eventually.BecomesTrueAsync(() => _server.WasEvicted("page:1"), "the eviction was repeated");
        Assert.Equal("1: 2", await _app.GetAsync("/pages/1"));
    }

    private static Task<TimeSpan> ComesBackAsync(TestApp app) => Eventually.BecomesTrueAsync(
        async () =>
        {
            try
            {
                await app.Values.EvictByTagAsync("probe");
                return true;
            }
            catch (RedisTagCacheUnavailableException)
            {
                return false;
            }
        },
        "the server responds again");
}
