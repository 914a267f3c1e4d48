using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.OutputCaching;

namespace RedisTagCache.AspNetCore.Tests.Contracts;

/// <summary>Microsoft's store in memory, with a line for each call. A call can fail in place of being passed on.</summary>
internal class RecordingStore(IOutputCacheStore store, MiddlewareRecord record, string? failing) : IOutputCacheStore
{
    public async ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        Begin(nameof(GetAsync), $"{nameof(GetAsync)}({Shown(key)})", cancellationToken);
        var found = await store.GetAsync(key, cancellationToken);
        record.Add($"store returns {(found is null ? "null" : "the page")}");
        return found;
    }

    public ValueTask SetAsync(string key, byte[] value, string[]? tags, TimeSpan validFor, CancellationToken cancellationToken) =>
        SetAsync("bytes", key, value, tags, validFor, cancellationToken);

    public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken)
    {
        Begin(nameof(EvictByTagAsync), $"{nameof(EvictByTagAsync)}({tag})", cancellationToken);
        return store.EvictByTagAsync(tag, cancellationToken);
    }

    protected ValueTask SetAsync(string form, string key, byte[] value, string[]? tags, TimeSpan validFor, CancellationToken cancellationToken)
    {
        var shown = tags is null ? "null" : $"[{string.Join(", ", tags)}]";
        Begin(nameof(SetAsync), $"{nameof(SetAsync)}({Shown(key)}, {(value.Length > 0 ? form : "nothing")}, tags {shown}, valid for {validFor:c})", cancellationToken);
        return store.SetAsync(key, value, tags, validFor, cancellationToken);
    }

    protected void Begin(string name, string call, CancellationToken cancellationToken)
    {
        record.Add($"store {call}{(cancellationToken.CanBeCanceled ? ", can be canceled" : "")}");
        if (name != failing)
            return;
        record.Add("store throws");
        throw new IOException("The store has failed.");
    }

    /// <summary>Keys contain separators that no editor shows.</summary>
    protected static string Shown(string key) => string.Concat(key.Select(static c => char.IsControl(c) ? $"<{(int)c:x2}>" : c.ToString()));
}

/// <summary>The same for a store that also takes buffers, as that in Redis does.</summary>
internal sealed class RecordingBufferStore(IOutputCacheStore store, MiddlewareRecord record, string? failing) : RecordingStore(store, record, failing), IOutputCacheBufferStore
{
    private readonly IOutputCacheStore _store = store;

    public async ValueTask<bool> TryGetAsync(string key, PipeWriter destination, CancellationToken cancellationToken = default)
    {
        Begin(nameof(TryGetAsync), $"{nameof(TryGetAsync)}({Shown(key)})", cancellationToken);
        if (await _store.GetAsync(key, cancellationToken) is not { } found)
            return false;
        await destination.WriteAsync(found, cancellationToken);
        return true;
    }

    public ValueTask SetAsync(string key, ReadOnlySequence<byte> value, ReadOnlyMemory<string> tags, TimeSpan validFor, CancellationToken cancellationToken = default) =>
        SetAsync("buffer", key, value.ToArray(), tags.ToArray(), validFor, cancellationToken);
}
