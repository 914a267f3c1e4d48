using System.Buffers;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using RedisTagCache.Tests.DependencyInjection;

namespace RedisTagCache.Tests.Adapters;

/// <summary>Wrong arguments are told before anything else happens, as Microsoft's caches tell them.</summary>
public sealed class DistributedCacheAdapterTests : IDisposable
{
    private static readonly DateTimeOffset _now = new(2025, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly DistributedCacheEntryOptions _options = new();

    private static readonly Dictionary<string, Func<IDistributedCache, Task>> _nulls = new()
    {
        ["Get key"] = cache => Run(() => cache.Get(null!)),
        ["GetAsync key"] = cache => cache.GetAsync(null!),
        ["Set key"] = cache => Run(() => cache.Set(null!, [1], _options)),
        ["Set value"] = cache => Run(() => cache.Set("k", null!, _options)),
        ["Set options"] = cache => Run(() => cache.Set("k", [1], null!)),
        ["SetAsync key"] = cache => cache.SetAsync(null!, [1], _options),
        ["SetAsync value"] = cache => cache.SetAsync("k", null!, _options),
        ["SetAsync options"] = cache => cache.SetAsync("k", [1], null!),
        ["Refresh key"] = cache => Run(() => cache.Refresh(null!)),
        ["RefreshAsync key"] = cache => cache.RefreshAsync(null!),
        ["Remove key"] = cache => Run(() => cache.Remove(null!)),
        ["RemoveAsync key"] = cache => cache.RemoveAsync(null!),
    };

    private static readonly Dictionary<string, Func<IBufferDistributedCache, Task>> _bufferNulls = new()
    {
        ["TryGet key"] = cache => Run(() => cache.TryGet(null!, new ArrayBufferWriter<byte>())),
        ["TryGet destination"] = cache => Run(() => cache.TryGet("k", null!)),
        ["TryGetAsync key"] = cache => cache.TryGetAsync(null!, new ArrayBufferWriter<byte>()).AsTask(),
        ["TryGetAsync destination"] = cache => cache.TryGetAsync("k", null!).AsTask(),
        ["Set key"] = cache => Run(() => cache.Set(null!, ReadOnlySequence<byte>.Empty, _options)),
        ["Set options"] = cache => Run(() => cache.Set("k", ReadOnlySequence<byte>.Empty, null!)),
        ["SetAsync key"] = cache => cache.SetAsync(null!, ReadOnlySequence<byte>.Empty, _options).AsTask(),
        ["SetAsync options"] = cache => cache.SetAsync("k", ReadOnlySequence<byte>.Empty, null!).AsTask(),
    };

    private static readonly Dictionary<string, Func<IBufferDistributedCache, DistributedCacheEntryOptions, Task>> _writes = new()
    {
        ["Set"] = (cache, options) => Run(() => cache.Set("k", [1], options)),
        ["SetAsync"] = (cache, options) => cache.SetAsync("k", [1], options),
        ["Set buffer"] = (cache, options) => Run(() => cache.Set("k", ReadOnlySequence<byte>.Empty, options)),
        ["SetAsync buffer"] = (cache, options) => cache.SetAsync("k", ReadOnlySequence<byte>.Empty, options).AsTask(),
    };

    private readonly Unconnected _services = new(time: new FakeTimeProvider(_now));

    public static TheoryData<string> Nulls => [.. _nulls.Keys];

    public static TheoryData<string> BufferNulls => [.. _bufferNulls.Keys];

    public static TheoryData<string> Writes => [.. _writes.Keys];

    public void Dispose() => _services.Dispose();

    [Theory]
    [MemberData(nameof(Nulls))]
    public async Task Any_WithANullArgument_ThrowsAsMicrosoftsDoes(string call)
    {
        var microsofts = new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions()));
        var expected = await Assert.ThrowsAsync<ArgumentNullException>(() => _nulls[call](microsofts));
        var actual = await Assert.ThrowsAsync<ArgumentNullException>(() => _nulls[call](_services.Get<IDistributedCache>()));
        Assert.Equal(expected.ParamName, actual.ParamName);
        Assert.Equal(call.Split(' ')[1], actual.ParamName);
        Assert.Equal(0, _services.Connections);
    }

    [Theory]
    [MemberData(nameof(BufferNulls))]
    public async Task Any_OfBuffersWithANullArgument_NamesIt(string call)
    {
        var e = await Assert.ThrowsAsync<ArgumentNullException>(() => _bufferNulls[call](_services.Get<IBufferDistributedCache>()));
        Assert.Equal(call.Split(' ')[1], e.ParamName);
        Assert.Equal(0, _services.Connections);
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task Set_WithAnExpirationInThePast_ThrowsAsMicrosoftsDoes(string call)
    {
        DistributedCacheEntryOptions[] past =
        [
            new() { AbsoluteExpiration = _now },
            new() { AbsoluteExpiration = _now.AddTicks(-1) },
            new() { AbsoluteExpiration = DateTimeOffset.MinValue },
            new() { AbsoluteExpiration = _now.ToOffset(TimeSpan.FromHours(5)) },
            new() { AbsoluteExpiration = _now.AddDays(-1), AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(1) },
            new() { AbsoluteExpiration = _now.AddDays(-1), SlidingExpiration = TimeSpan.FromMinutes(1) },
        ];
        foreach (var options in past)
        {
            var e = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _writes[call](_services.Get<IBufferDistributedCache>(), options));
            Assert.Equal("AbsoluteExpiration", e.ParamName);
            Assert.Equal(options.AbsoluteExpiration, e.ActualValue);
            Assert.Contains("must be in the future", e.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, _services.Connections);
    }

    private static Task Run(Action call)
    {
        call();
        return Task.CompletedTask;
    }
}
