using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>
/// Redis hangs or dies while one request renders a page for the fleet and others wait for it. Leases and waits are far longer than any of these
/// tests, so that nobody is let go by the mere passing of time.
/// </summary>
[Collection(Calm.Name)]
public sealed class LeaseInTroubleTests : IAsyncLifetime
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan _forever = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource _mayEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RedisServer _server = null!;
    private PageApp _a = null!;
    private PageApp _b = null!;
    private ConnectionMultiplexer _admin = null!;
    private int _rendered;
    private int _status = StatusCodes.Status200OK;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _admin = await _server.ConnectAsync();
        _a = await StartAsync();
        _b = await StartAsync();
        await IsWorkingAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _admin.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Request_WaitingForAPageWhileRedisFails_RendersThePageItself(bool isHung)
    {
        var leading = _a.GetAsync("/gated");
        await Eventually.BecomesTrueAsync(() => _rendered == 1, "one renders");
        var waiting = Enumerable.Range(0, 8).Select(_ => _b.GetAsync("/gated")).ToArray();
        await Eventually.BecomesTrueAsync(async () => await _admin.GetDatabase().HashGetAsync(await LeaseAsync(), "waiters") == 1, "others wait");

        if (isHung)
            _server.Hang();
        else
            _server.Kill();
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(waiting).WaitAsync(_soon);
        var answered = watch.Elapsed;
        TestContext.Current.TestOutputHelper?.WriteLine($"those who waited were answered {answered.TotalMilliseconds:F0} ms after Redis was gone");
        Assert.All(waiting, page => Assert.NotEqual("1", page.Result));
        _mayEnd.SetResult();
        Assert.Equal("1", await leading.WaitAsync(_soon));
        Assert.True(answered < TimeSpan.FromSeconds(2), $"They look again within half a second, and wait for one timeout of 300 ms: {answered}.");
        if (isHung)
            _server.Resume();
    }

    /// <summary>Its renderer could not give the lease back: Redis did not answer just then.</summary>
    [Theory]
    [InlineData(StatusCodes.Status200OK)]
    [InlineData(StatusCodes.Status404NotFound)]
    [InlineData(StatusCodes.Status500InternalServerError)]
    public async Task PageThatEndedWhileRedisHung_KeepsNobodyWaiting_WhenRedisIsBack(int status)
    {
        _status = status;
        var leading = _a.Client.GetAsync("/gated");
        await Eventually.BecomesTrueAsync(() => _rendered == 1, "one renders");
        _server.Hang();
        await _a.GetAsync("/other"); // feels that Redis hangs
        _mayEnd.SetResult();
        Assert.Equal(status, (int)(await leading.WaitAsync(_soon)).StatusCode);

        _server.Resume();
        await IsWorkingAsync();
        Assert.Equal(status, (int)(await _b.Client.GetAsync("/gated").WaitAsync(_soon)).StatusCode);
    }

    /// <summary>Redis grants a lease when nobody waits for the answer any more.</summary>
    [Fact]
    public async Task LeaseGrantedTooLate_KeepsNobodyWaiting()
    {
        ServerFeatures.Require(ServerFeature.Pause);
        _status = StatusCodes.Status404NotFound;
        _mayEnd.SetResult();
        await _admin.GetDatabase().ExecuteAsync("CLIENT", "PAUSE", (int)_forever.TotalMilliseconds, "WRITE"); // lookups are answered, scripts are not
        Assert.Equal(HttpStatusCode.NotFound, (await _a.Client.GetAsync("/gated").WaitAsync(_soon)).StatusCode);
        await _admin.GetDatabase().ExecuteAsync("CLIENT", "UNPAUSE");

        await IsWorkingAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await _b.Client.GetAsync("/gated").WaitAsync(_soon)).StatusCode);
        Assert.Equal(2, _rendered);
    }

    private Task<PageApp> StartAsync() => PageApp.StartAsync(
        _server.ConnectionString,
        app =>
        {
            app.MapGet("/gated", RenderAsync).CacheOutput(policy => policy.Expire(_forever));
            app.MapGet("/other", () => Guid.NewGuid().ToString()).CacheOutput(policy => policy.Expire(_forever));
        },
        options => (options.OperationTimeout, options.LeaseDuration) = (_timeout, _forever),
        pages: options => options.RenderTimeout = _forever);

    /// <summary>Only the first rendering waits for the test.</summary>
    private async Task<IResult> RenderAsync()
    {
        var rendering = Interlocked.Increment(ref _rendered);
        if (rendering == 1)
            await _mayEnd.Task;
        return Results.Text(rendering.ToString(CultureInfo.InvariantCulture), statusCode: _status);
    }

    private async Task IsWorkingAsync()
    {
        foreach (var app in new[] { _a, _b })
            await Eventually.BecomesTrueAsync(async () => await app.GetAsync("/other") == await app.GetAsync("/other"), "pages are cached");
    }

    private async Task<RedisKey> LeaseAsync()
    {
        await foreach (var key in _admin.GetServers()[0].KeysAsync(pattern: "*:l:output:*GATED*", pageSize: 1_000))
            return key;
        throw new InvalidOperationException("There is no lease.");
    }
}
