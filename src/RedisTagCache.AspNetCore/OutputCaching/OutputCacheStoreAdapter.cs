using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.OutputCaching;

namespace RedisTagCache.AspNetCore.OutputCaching;

/// <summary>
/// ASP.NET Core's output-cache store in terms of <see cref="ITagCacheStore"/>. The contract has no place for a version between lookup and
/// write, so it travels with the flow of the request (<see cref="LookupFlow"/>).
/// </summary>
internal sealed class OutputCacheStoreAdapter(PageCache cache, OutstandingLookups outstanding) : IOutputCacheBufferStore
{
    // Not async itself: what it sets for the flow has to be there when the caller goes on.
    public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (LookupFlow.Page is not { } page || !page.TryStrip(key, out var stripped))
            return GetAsync(Varied(key), BeginLookup(Varied(key)), cancellationToken);
        page.NoteKey();
        return page.Pages.TryGetCopy(page, stripped, out var copy) ? new(copy) : page.Pages.FindAsync(page, stripped.ToString(), cancellationToken);
    }

    public ValueTask<bool> TryGetAsync(string key, PipeWriter destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(destination);
        return TryGetAsync(key, destination, BeginLookup(key), cancellationToken);
    }

    public ValueTask SetAsync(string key, byte[] value, string[]? tags, TimeSpan validFor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(value);
        return SetAsync(key, new ReadOnlySequence<byte>(value), tags, validFor, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SetAsync(
        string key, ReadOnlySequence<byte> value, ReadOnlyMemory<string> tags, TimeSpan validFor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (LookupFlow.Page is { } page && page.TryStrip(key, out var stripped))
        {
            await page.Pages.SetAsync(page, stripped.ToString(), value, tags, validFor, cancellationToken).ConfigureAwait(false);
            return;
        }

        var version = TakeVersion(key = Varied(key));
        if (validFor <= TimeSpan.Zero || LookupFlow.Page is { IsAborted: true })
            return;
        var options = new TagCacheEntryOptions { Lifetime = validFor, Tags = Complete(tags.Span) };
        await cache.Store.SetAsync(Key(key), value, version, options, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tag);
        return cache.Store.EvictByTagAsync(tag, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<byte[]?> GetAsync(string key, PageLookup lookup, CancellationToken cancellationToken)
    {
        using var found = await LookUpAsync(key, lookup, cancellationToken).ConfigureAwait(false);
        return found.State == CacheLookupState.Fresh ? found.Payload.ToArray() : null;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> TryGetAsync(string key, PipeWriter destination, PageLookup lookup, CancellationToken cancellationToken)
    {
        using var found = await LookUpAsync(key, lookup, cancellationToken).ConfigureAwait(false);
        if (found.State != CacheLookupState.Fresh)
            return false;
        await destination.WriteAsync(found.Payload, cancellationToken).ConfigureAwait(false);
        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CacheLookup> LookUpAsync(string key, PageLookup lookup, CancellationToken cancellationToken)
    {
        var found = await cache.Store.GetAsync(Key(key), cancellationToken).ConfigureAwait(false);
        if (found.State == CacheLookupState.Fresh)
            outstanding.End(lookup); // no page will be rendered for it
        else
            lookup.Version = found.Version;
        return found;
    }

    private PageLookup BeginLookup(string key)
    {
        var lookup = new PageLookup(key);
        if (LookupFlow.Begin(lookup))
            outstanding.Begin(lookup);
        return lookup;
    }

    private CacheVersion TakeVersion(string key)
    {
        if (LookupFlow.TakeOldest(key) is { } own)
        {
            outstanding.End(own);
            return own.Version;
        }

        return LookupFlow.Page?.Moment.VersionOf(Key(key)) ?? outstanding.TakeOldest(key) ?? default;
    }

    private static CacheEntryKey Key(string key) => new(CacheRegion.Output, key);

    // A page that was rendered while Redis was away may be written when it is back.
    private static string Varied(string key) => LookupFlow.Page is { Variation: { Length: > 0 } variation } ? key + variation : key;

    private static string[] Complete(ReadOnlySpan<string> tags) =>
        LookupFlow.Page is { Context: not null } page ? PageEntry.Complete(tags, page) : [.. tags, PageEntry.EveryPage];
}
