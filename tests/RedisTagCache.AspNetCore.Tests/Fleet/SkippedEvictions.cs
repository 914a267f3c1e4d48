using System.Buffers;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RedisTagCache.AspNetCore.OutputCaching;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>The store, but that nothing is ever evicted.</summary>
internal sealed class SkippedEvictions(OutputCacheStoreAdapter store) : IOutputCacheBufferStore
{
    public static void AddTo(IServiceCollection services) =>
        services.Replace(ServiceDescriptor.Singleton<IOutputCacheStore>(provider => new SkippedEvictions(provider.GetRequiredService<OutputCacheStoreAdapter>())));

    public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken) => store.GetAsync(key, cancellationToken);

    public ValueTask<bool> TryGetAsync(string key, System.IO.Pipelines.PipeWriter destination, CancellationToken cancellationToken = default) =>
        store.TryGetAsync(key, destination, cancellationToken);

    public ValueTask SetAsync(string key, byte[] value, string[]? tags, TimeSpan validFor, CancellationToken cancellationToken) =>
        store.SetAsync(key, value, tags, validFor, cancellationToken);

    public ValueTask SetAsync(string key, ReadOnlySequence<byte> value, ReadOnlyMemory<string> tags, TimeSpan validFor, CancellationToken cancellationToken = default) =>
        store.SetAsync(key, value, tags, validFor, cancellationToken);

    public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken) => default;
}
