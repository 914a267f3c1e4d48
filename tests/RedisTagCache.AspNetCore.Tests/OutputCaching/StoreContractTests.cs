using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.OutputCaching;

/// <summary>The contract of <see cref="IOutputCacheStore"/> and <see cref="IOutputCacheBufferStore"/>.</summary>
public sealed class StoreContractTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1);
    private Instance _instance = null!;

    private IOutputCacheStore Pages => _instance.Get<IOutputCacheStore>();

    private IOutputCacheBufferStore Buffers => (IOutputCacheBufferStore)Pages;

    public ValueTask InitializeAsync()
    {
        _instance = Instance.Create(redis.ConnectionString, o => o.KeyPrefix = "t" + Guid.NewGuid().ToString("N"), s => s.AddRedisTagOutputCache());
        return default;
    }

    public ValueTask DisposeAsync() => _instance.DisposeAsync();

    [Fact]
    public async Task Get_AfterSet_GivesThePage_ByEitherOverload()
    {
        Assert.Null(await Pages.GetAsync("k", default));
        await Pages.SetAsync("k", [1, 2], ["a"], _minute, default);
        Assert.Equal([1, 2], await Pages.GetAsync("k", default) ?? []);
        await Buffers.SetAsync("k", new ReadOnlySequence<byte>([3, 4]), new[] { "b" }, _minute, default);
        Assert.Equal([3, 4], await ReadPipeAsync("k") ?? []);
        Assert.Null(await ReadPipeAsync("absent"));

        await Pages.EvictByTagAsync("a", default);
        Assert.NotNull(await Pages.GetAsync("k", default));
        await Pages.EvictByTagAsync("b", default);
        Assert.Null(await Pages.GetAsync("k", default));
    }

    [Fact]
    public async Task Set_WithoutTags_IsEvictedByStarAlone()
    {
        await Pages.SetAsync("k", [1], null, _minute, default);
        await Pages.EvictByTagAsync("other", default);
        Assert.NotNull(await Pages.GetAsync("k", default));
        await Pages.EvictByTagAsync("*", default);
        Assert.Null(await Pages.GetAsync("k", default));
    }

    [Fact]
    public async Task Set_WithoutALifetime_KeepsNothing()
    {
        await Pages.SetAsync("k", [1], null, TimeSpan.Zero, default);
        Assert.Null(await Pages.GetAsync("k", default));
    }

    [Fact]
    public async Task Set_WithAShortLifetime_KeepsItToTheMillisecond()
    {
        await Pages.SetAsync("k", [1], null, TimeSpan.FromMilliseconds(600), default);
        Assert.NotNull(await Pages.GetAsync("k", default));
        await Eventually.BecomesTrueAsync(async () => await Pages.GetAsync("k", default) is null, "it expired", TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task NullArguments_Throw()
    {
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Pages.GetAsync(null!, default));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Pages.SetAsync(null!, [1], null, _minute, default));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Pages.SetAsync("k", null!, null, _minute, default));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Pages.EvictByTagAsync(null!, default));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Buffers.TryGetAsync("k", null!, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Pages.GetAsync("", default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Pages.EvictByTagAsync("", default));
    }

    [Fact]
    public async Task Set_GivenUpByTheTimeout_NeverReadsTheBufferThatWentBack()
    {
        await using var server = await RedisServer.StartAsync();
        await using var instance = Instance.Create(server.ConnectionString, o => o.OperationTimeout = TimeSpan.FromMilliseconds(200), s => s.AddRedisTagOutputCache());
        var pages = instance.Get<IOutputCacheStore>();
        for (var i = 0; i < 20; i++)
        {
            await Eventually.BecomesTrueAsync(
                async () =>
                {
                    await pages.SetAsync("warm", [1], null, _minute, default);
                    return await pages.GetAsync("warm", default) is not null;
                },
                "Redis is in use");
            var buffer = new byte[20_000];
            Array.Fill(buffer, (byte)'A');
            server.Hang();
            await ((IOutputCacheBufferStore)pages).SetAsync("k" + i, new ReadOnlySequence<byte>(buffer), default, _minute, default);
            Array.Fill(buffer, (byte)'B'); // another response in the same pooled buffer
            foreach (var pooled in Enumerable.Range(0, 64).Select(_ => ArrayPool<byte>.Shared.Rent(32 * 1024)).ToArray())
            {
                Array.Fill(pooled, (byte)'C');
                ArrayPool<byte>.Shared.Return(pooled);
            }

            server.Resume();
            await Eventually.BecomesTrueAsync(async () => await pages.GetAsync("warm", default) is not null, "Redis answers again");
            if (await pages.GetAsync("k" + i, default) is { } kept)
                Assert.All(kept, b => Assert.Equal((byte)'A', b));
        }
    }

    private async Task<byte[]?> ReadPipeAsync(string key)
    {
        var pipe = new Pipe();
        if (!await Buffers.TryGetAsync(key, pipe.Writer, default))
            return null;
        await pipe.Writer.CompleteAsync();
        var read = await pipe.Reader.ReadAsync();
        return read.Buffer.ToArray();
    }
}
