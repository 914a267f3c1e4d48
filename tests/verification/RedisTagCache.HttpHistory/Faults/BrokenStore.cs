using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using Microsoft.AspNetCore.OutputCaching;

namespace RedisTagCache.HttpHistory.Faults;

/// <summary>The cache's store with a fault put around it.</summary>
internal sealed class BrokenStore(IOutputCacheBufferStore inner, ITagCacheStore store, ITagCacheStore other, Planted planted) : IOutputCacheBufferStore
{
    private static readonly AsyncLocal<bool> _isMarked = new();
    private readonly ConcurrentBag<byte[]> _kept = [];
    private byte[]? _last;
    private long _lookups;

    /// <summary>Whether the page of the request is taken for not cacheable.</summary>
    public static bool IsMarked
    {
        get => _isMarked.Value;
        set => _isMarked.Value = value;
    }

    public async ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        if (IsMarked)
            return null;
        var found = await inner.GetAsync(key, cancellationToken);
        if (found is null)
            return null;
        if (planted == Planted.MemoryKept)
            Keep(found);
        if (planted == Planted.BodyOfAnotherPage && Interlocked.Increment(ref _lookups) % 100 == 0)
            return _last ?? found;
        _last = found;
        return found;
    }

    /// <summary>Keeps as much as a day of a smaller leak would.</summary>
    private void Keep(byte[] page)
    {
        var kept = new byte[Math.Max(page.Length, 2 * 1024 * 1024)];
        kept.AsSpan().Fill(1);
        _kept.Add(kept);
    }

    public ValueTask<bool> TryGetAsync(string key, PipeWriter destination, CancellationToken cancellationToken = default) => inner.TryGetAsync(key, destination, cancellationToken);

    public ValueTask SetAsync(string key, byte[] value, string[]? tags, TimeSpan validFor, CancellationToken cancellationToken) =>
        inner.SetAsync(key, value, tags, validFor, cancellationToken);

    public ValueTask SetAsync(string key, ReadOnlySequence<byte> value, ReadOnlyMemory<string> tags, TimeSpan validFor, CancellationToken cancellationToken = default) =>
        IsMarked ? default : inner.SetAsync(key, value, tags, validFor, cancellationToken);

    public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken) => planted switch
    {
        Planted.EvictionsMadeSoft => store.ExpireByTagAsync(tag, cancellationToken),
        Planted.EvictionsInTheOtherCache => other.EvictByTagAsync(tag, cancellationToken),
        _ => inner.EvictByTagAsync(tag, cancellationToken),
    };
}
