using System.Buffers;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.OutputCaching;

/// <summary>Output caching gives the buffer of a page back to a pool as soon as the write has returned, however it returned.</summary>
public sealed class PooledBufferTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(100)]
    [InlineData(20_000)]
    [InlineData(1_000_000)]
    public async Task Set_WhoseBufferIsReusedAtOnce_KeptWhatItWasGiven(int size)
    {
        await using var instance = Instance.Create(redis.ConnectionString, o => o.KeyPrefix = "t" + Guid.NewGuid().ToString("N"), s => s.AddRedisTagOutputCache());
        var pages = instance.Get<IOutputCacheStore>();
        var buffer = new byte[size];
        for (var i = 0; i < 20; i++)
        {
            Array.Fill(buffer, (byte)i);
            await ((IOutputCacheBufferStore)pages).SetAsync("k" + i, new ReadOnlySequence<byte>(buffer), default, _minute, default);
        }

        Array.Fill(buffer, (byte)255);
        for (var i = 0; i < 20; i++)
            AssertAll((byte)i, size, await pages.GetAsync("k" + i, default));
    }

    [Fact]
    public async Task Set_OfSeveralSegments_KeepsThemInOrder()
    {
        await using var instance = Instance.Create(redis.ConnectionString, o => o.KeyPrefix = "t" + Guid.NewGuid().ToString("N"), s => s.AddRedisTagOutputCache());
        var first = new Segment([1, 2], null);
        var last = new Segment([6], new Segment([3, 4, 5], first));
        var pages = instance.Get<IOutputCacheStore>();
        await ((IOutputCacheBufferStore)pages).SetAsync("k", new ReadOnlySequence<byte>(first, 0, last, 1), default, _minute, default);
        Assert.Equal([1, 2, 3, 4, 5, 6], await pages.GetAsync("k", default) ?? []);
    }

    /// <summary>
    /// Redis has forgotten the scripts and hangs: when it goes on, it asks for the script, and the client sends the abandoned write once more,
    /// from its buffers. By then they must not be another response's.
    /// </summary>
    [Fact]
    public async Task Set_GivenUpByTheTimeout_NeverReadsABufferThatWentBack()
    {
        const int size = 4_000;
        const int rounds = 20;
        await using var server = await RedisServer.StartAsync();
        await using var admin = await server.ConnectAsync();
        await using var instance = Instance.Create(server.ConnectionString, o => o.OperationTimeout = TimeSpan.FromMilliseconds(200), s => s.AddRedisTagOutputCache());
        var pages = instance.Get<IOutputCacheStore>();
        var landed = 0;
        for (var i = 0; i < rounds; i++)
        {
            await Eventually.BecomesTrueAsync(
                async () =>
                {
                    await pages.SetAsync("warm", [1], null, _minute, default);
                    return await pages.GetAsync("warm", default) is not null;
                },
                "Redis is in use");
            await admin.GetServers()[0].ScriptFlushAsync();
            server.Hang();
            await Task.Run(() => WriteAndReuseAsync((IOutputCacheBufferStore)pages, "k" + i, size));
            server.Resume();
            await Eventually.BecomesTrueAsync(async () => await pages.GetAsync("warm", default) is not null, "Redis answers again");
            await foreach (var key in admin.GetServers()[0].KeysAsync(pattern: $"*:e:output:*:k{i}"))
            {
                landed++;
                byte[]? stored = await admin.GetDatabase().StringGetAsync(key);
                Assert.False(stored.AsSpan().IndexOf("BBBBBBBB"u8) >= 0 || stored.AsSpan().IndexOf("CCCCCCCC"u8) >= 0, "What is stored is not another response's.");
                AssertAll((byte)'A', size, await pages.GetAsync("k" + i, default));
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{landed} of {rounds} writes landed after they had been given up");
        Assert.True(landed > 0, "Writes landed after they had been given up, else this shows nothing.");
    }

    private static async Task WriteAndReuseAsync(IOutputCacheBufferStore pages, string key, int size)
    {
        var buffer = new byte[size];
        Array.Fill(buffer, (byte)'A');
        await pages.SetAsync(key, new ReadOnlySequence<byte>(buffer), default, _minute, default).ConfigureAwait(false);

        // The next response, on the same thread: in the caller's buffer, and in those that the store may have given back.
        Array.Fill(buffer, (byte)'B');
        foreach (var pooled in Enumerable.Range(0, 16).Select(_ => ArrayPool<byte>.Shared.Rent(size + 60)).ToArray())
        {
            Array.Fill(pooled, (byte)'C');
            ArrayPool<byte>.Shared.Return(pooled);
        }
    }

    private static void AssertAll(byte expected, int size, byte[]? page)
    {
        Assert.NotNull(page);
        Assert.Equal(size, page.Length);
        Assert.Equal(-1, page.AsSpan().IndexOfAnyExcept(expected));
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, Segment? previous)
        {
            Memory = bytes;
            if (previous is null)
                return;
            RunningIndex = previous.RunningIndex + previous.Memory.Length;
            previous.Next = this;
        }
    }
}
