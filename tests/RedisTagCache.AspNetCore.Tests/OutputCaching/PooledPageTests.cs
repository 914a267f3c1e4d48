using System.Buffers;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.AspNetCore.Tests.OutputCaching;

/// <summary>
/// The same as <see cref="PooledBufferTests"/> for pages that a request renders for the fleet. Redis has forgotten the scripts and hangs when the
/// page is written: when it goes on, it asks for the script, and the client sends the abandoned write once more. By then the request has ended, and
/// its buffers are another's.
/// </summary>
public sealed class PooledPageTests : IAsyncLifetime
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _mostRounds = TimeSpan.FromMinutes(2);

    private TaskCompletionSource _rendering = NewGate();
    private TaskCompletionSource _mayEnd = NewGate();
    private RedisServer _server = null!;
    private ConnectionMultiplexer _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _admin = await _server.ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _admin.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(4_000, 10)]
    [InlineData(10_000_000, 4)]
    public async Task Page_WhoseWriteIsGivenUp_IsStoredAsItWasRendered_OrNotAtAll(int size, int rounds)
    {
        await using var app = await PageApp.StartAsync(
            _server.ConnectionString,
            app =>
            {
                app.MapGet("/page/{round}", context => RenderAsync(context, size)).CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(5)));
                app.MapGet("/warm", () => Guid.NewGuid().ToString()).CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(5)));
            },
            options => options.OperationTimeout = TimeSpan.FromMilliseconds(200),
            services => services.AddBefore(async (context, proceed) =>
            {
                await proceed(context).ConfigureAwait(false);
                if (context.Request.Path != "/warm")
                    Reuse(size);
            }));
        var (landed, made) = (0, 0);
        var started = Stopwatch.StartNew();

        // Which of the two comes first, the write or the end of its lease, is up to the machine: rounds go on until a write has come first.
        for (var i = 0; i < rounds || (MustLand(size) && landed == 0 && started.Elapsed < _mostRounds); i++)
        {
            made++;
            await IsWorkingAsync(app);
            (_rendering, _mayEnd) = (NewGate(), NewGate());
            var page = app.GetAsync($"/page/{i}");
            await _rendering.Task.WaitAsync(_patience);
            Assert.Single(await KeysAsync("*:l:output:*"));
            await _admin.GetServers()[0].ScriptFlushAsync();
            _server.Hang();
            _mayEnd.SetResult();
            AssertAll(await page.WaitAsync(_patience), size);
            _server.Resume();

            await IsWorkingAsync(app);
            await Eventually.BecomesTrueAsync(async () => (await KeysAsync("*:l:output:*")).Length == 0, "its lease is given back");
            foreach (var key in await KeysAsync($"*:e:output:*PAGE/{i}*"))
            {
                landed++;
                byte[]? stored = await _admin.GetDatabase().StringGetAsync(key);
                Assert.False(stored.AsSpan().IndexOf("CCCCCCCC"u8) >= 0, "What is stored is not another response's.");
            }

            AssertAll(await app.GetAsync($"/page/{i}"), size);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{landed} of {made} writes landed after they had been given up");
        Assert.True(landed > 0 || !MustLand(size), "Writes landed after they had been given up, else this shows nothing.");
    }

    /// <summary>A large page arrives so late on a busy machine that its lease has always ended, and nothing lands. What lands must be whole all the same.</summary>
    private static bool MustLand(int size) => size < 1_000_000;

    private async Task RenderAsync(HttpContext context, int size)
    {
        _rendering.TrySetResult();
        await _mayEnd.Task;
        await context.Response.WriteAsync(new string('A', size));
    }

    /// <summary>The next response, on the same thread: in all the buffers that may have been given back.</summary>
    private static void Reuse(int size)
    {
        for (var length = 1_024; length < 4 * size; length *= 2)
        {
            foreach (var pooled in Enumerable.Range(0, length < 1_000_000 ? 16 : 4).Select(_ => ArrayPool<byte>.Shared.Rent(length)).ToArray())
            {
                Array.Fill(pooled, (byte)'C');
                ArrayPool<byte>.Shared.Return(pooled);
            }
        }
    }

    private static async Task IsWorkingAsync(PageApp app) =>
        await Eventually.BecomesTrueAsync(async () => await app.GetAsync("/warm") == await app.GetAsync("/warm"), "pages are cached");

    private async Task<RedisKey[]> KeysAsync(string pattern) => (RedisKey[])(await _admin.GetDatabase().ExecuteAsync("KEYS", pattern))!;

    private static void AssertAll(string page, int size)
    {
        Assert.Equal(size, page.Length);
        Assert.Equal(-1, page.AsSpan().IndexOfAnyExcept('A'));
    }

    private static TaskCompletionSource NewGate() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
