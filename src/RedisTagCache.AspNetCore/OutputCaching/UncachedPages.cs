using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.OutputCaching;

namespace RedisTagCache.AspNetCore.OutputCaching;

/// <summary>The store of pages while their cache is disabled: it has none, and stores none.</summary>
internal sealed class UncachedPages(ITagCacheStore store) : IOutputCacheBufferStore
{
    public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken) => default;

    public ValueTask<bool> TryGetAsync(string key, PipeWriter destination, CancellationToken cancellationToken = default) => default;

    public ValueTask SetAsync(string key, byte[] value, string[]? tags, TimeSpan validFor, CancellationToken cancellationToken) => default;

    public ValueTask SetAsync(string key, ReadOnlySequence<byte> value, ReadOnlyMemory<string> tags, TimeSpan validFor, CancellationToken cancellationToken = default) => default;

    public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken) => store.EvictByTagAsync(tag, cancellationToken);
}
