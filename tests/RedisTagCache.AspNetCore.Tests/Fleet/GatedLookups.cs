using System.Buffers;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RedisTagCache.AspNetCore.OutputCaching;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>Holds answered lookups back until the test lets them go on, and knows how many requests wait for them.</summary>
internal sealed class GatedLookups
{
    private TaskCompletionSource _gate = NewGate();
    private int _waiting;
    private int _lookups;
    private int _answered;

    /// <summary>Requests that have gone as far as they can without an answer.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public int Lookups => Volatile.Read(ref _lookups);

    public int Answered => Volatile.Read(ref _answered);

    public void Open() => Volatile.Read(ref _gate).TrySetResult();

    public void Close() => Volatile.Write(ref _gate, NewGate());

    public void AddTo(IServiceCollection services)
    {
        services.Replace(ServiceDescriptor.Singleton<IOutputCacheStore>(provider => new Store(this, provider.GetRequiredService<OutputCacheStoreAdapter>())));
        services.AddBefore(async (context, proceed) =>
        {
            // What comes back unfinished waits for a lookup, its own or another request's: there is nothing else to wait for.
            var request = proceed(context);
            Interlocked.Increment(ref _waiting);
            await request;
        });
    }

    private static TaskCompletionSource NewGate() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Store(GatedLookups gated, OutputCacheStoreAdapter store) : IOutputCacheBufferStore
    {
        public async ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref gated._lookups);
            var gate = Volatile.Read(ref gated._gate);
            var page = await store.GetAsync(key, cancellationToken);
            Interlocked.Increment(ref gated._answered);
            await gate.Task;
            return page;
        }

        public ValueTask<bool> TryGetAsync(string key, System.IO.Pipelines.PipeWriter destination, CancellationToken cancellationToken = default) =>
            store.TryGetAsync(key, destination, cancellationToken);

        public ValueTask SetAsync(string key, byte[] value, string[]? tags, TimeSpan validFor, CancellationToken cancellationToken) =>
            store.SetAsync(key, value, tags, validFor, cancellationToken);

        public ValueTask SetAsync(string key, ReadOnlySequence<byte> value, ReadOnlyMemory<string> tags, TimeSpan validFor, CancellationToken cancellationToken = default) =>
            store.SetAsync(key, value, tags, validFor, cancellationToken);

        public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken) => store.EvictByTagAsync(tag, cancellationToken);
    }
}
