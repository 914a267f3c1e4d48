using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.AspNetCore.Tests.OutputCaching;

/// <summary>The contract of <see cref="IOutputCacheStore"/> and <see cref="IOutputCacheBufferStore"/>.</summary>
public abstract class OutputCacheStoreContract(IServed redis) : IAsyncLifetime
{
    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1);
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private Instance _instance = null!;

    private IOutputCacheStore Pages => _instance.Get<IOutputCacheStore>();

    private IOutputCacheBufferStore Buffers => (IOutputCacheBufferStore)Pages;

    public ValueTask InitializeAsync()
    {
        _instance = Instance.Create(redis.ConnectionString, o => o.KeyPrefix = _prefix, s => s.AddRedisTagOutputCache());
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Set_WithoutTags_IsEvictedByStarAlone(bool isNull)
    {
        await Pages.SetAsync("k", [1], isNull ? null : [], _minute, default);
        await Buffers.SetAsync("l", new ReadOnlySequence<byte>([2]), isNull ? default : Array.Empty<string>(), _minute, default);
        await Pages.EvictByTagAsync("other", default);
        Assert.NotNull(await Pages.GetAsync("k", default));
        Assert.NotNull(await Pages.GetAsync("l", default));
        await Pages.EvictByTagAsync("*", default);
        Assert.Null(await Pages.GetAsync("k", default));
        Assert.Null(await Pages.GetAsync("l", default));
    }

    [Fact]
    public async Task Set_WithTheSameTagTwice_OrStarItself_IsEvictedByEach()
    {
        foreach (var tag in new[] { "a", "*" })
        {
            await Pages.SetAsync("k", [1], ["a", "a", "*"], _minute, default);
            Assert.NotNull(await Pages.GetAsync("k", default));
            await Pages.EvictByTagAsync(tag, default);
            Assert.Null(await Pages.GetAsync("k", default));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task Set_WithoutALifetime_KeepsNothing(int milliseconds)
    {
        await Pages.SetAsync("k", [1], null, TimeSpan.FromMilliseconds(milliseconds), default);
        await Buffers.SetAsync("k", new ReadOnlySequence<byte>([1]), default, TimeSpan.FromMilliseconds(milliseconds), default);
        Assert.Null(await Pages.GetAsync("k", default));
        await Pages.SetAsync("k", [1], null, _minute, default);
        Assert.NotNull(await Pages.GetAsync("k", default)); // what kept nothing closed its lookup, and none is left in the way
    }

    [Fact]
    public async Task Set_ForACentury_IsKept()
    {
        await Pages.SetAsync("k", [1], null, TimeSpan.FromDays(36_525), default);
        Assert.NotNull(await Pages.GetAsync("k", default));
    }

    [Fact]
    public async Task Set_OfAnEmptyPage_IsAHit()
    {
        await Pages.SetAsync("k", [], null, _minute, default);
        Assert.Equal(0, (await Pages.GetAsync("k", default))?.Length);
        Assert.Equal(0, (await ReadPipeAsync("k"))?.Length);
    }

    [Fact]
    public async Task Get_OfAPageSoftlyExpired_IsAMiss_ByEitherOverload()
    {
        await Pages.SetAsync("k", [1], ["a"], _minute, default);
        await _instance.Store.ExpireByTagAsync("a");
        Assert.Null(await Pages.GetAsync("k", default));
        Assert.Null(await ReadPipeAsync("k"));
        await Pages.SetAsync("k", [2], ["a"], _minute, default);
        Assert.NotNull(await Pages.GetAsync("k", default));
    }

    [Fact]
    public async Task Set_WithAShortLifetime_KeepsItToTheMillisecond()
    {
        await Pages.SetAsync("k", [1], null, TimeSpan.FromMilliseconds(600), default);
        Assert.NotNull(await Pages.GetAsync("k", default));
        await Eventually.BecomesTrueAsync(async () => await Pages.GetAsync("k", default) is null, "it expired", TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Get_OfTheBytesOfAnotherPage_IsAMiss_ByEitherOverload()
    {
        await Pages.SetAsync("a", [1], ["t"], _minute, default);
        await Pages.SetAsync("b", [2], ["t"], _minute, default);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var database = connection.GetDatabase();
        var keys = connection.GetServers().Where(static server => !server.IsReplica).SelectMany(server => server.Keys(pattern: $"{{{_prefix}:*}}:e:*")).ToArray();
        Assert.Equal(2, keys.Length);
        var (first, second) = (await database.StringGetAsync(keys[0]), await database.StringGetAsync(keys[1]));
        await database.StringSetAsync(keys[0], second);
        await database.StringSetAsync(keys[1], first);
        var pages = await Task.WhenAll(Pages.GetAsync("a", default).AsTask(), Pages.GetAsync("b", default).AsTask());
        Assert.All(pages, Assert.Null);
        Assert.Null(await ReadPipeAsync("a"));
        await Pages.SetAsync("a", [3], ["t"], _minute, default);
        Assert.Equal([3], await Pages.GetAsync("a", default) ?? []);
    }

    [Fact]
    public async Task NullArguments_Throw()
    {
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Pages.GetAsync(null!, default));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Pages.SetAsync(null!, [1], null, _minute, default));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Pages.SetAsync("k", null!, null, _minute, default));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Pages.EvictByTagAsync(null!, default));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Buffers.SetAsync(null!, default, default, _minute, default));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Buffers.TryGetAsync("k", null!, default));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Buffers.TryGetAsync(null!, new Pipe().Writer, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Pages.GetAsync("", default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Pages.EvictByTagAsync("", default));
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

public sealed class StandaloneOutputCacheStoreTests(RedisFixture redis) : OutputCacheStoreContract(redis), IClassFixture<RedisFixture>;

public sealed class ClusterOutputCacheStoreTests(ClusterFixture cluster) : OutputCacheStoreContract(cluster), IClassFixture<ClusterFixture>;

public sealed class InMemoryOutputCacheStoreTests(InMemoryFixture server) : OutputCacheStoreContract(server), IClassFixture<InMemoryFixture>;
