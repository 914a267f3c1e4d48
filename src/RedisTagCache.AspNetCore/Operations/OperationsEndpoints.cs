using System.Data.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using RedisTagCache.AspNetCore.Diagnostics;
using RedisTagCache.AspNetCore.Operations.Messages;
using RedisTagCache.Health;
using RedisTagCache.Management;
using RedisTagCache.Management.Internal;

namespace RedisTagCache.AspNetCore.Operations;

/// <summary>The page, and what it asks for. The names are those of the command line tool.</summary>
internal sealed class OperationsEndpoints(RedisTagCacheEndpointOptions options, SelectedCache cache, ILogger logger)
{
    private const int MaxTags = 100;

    public void Map(IEndpointRouteBuilder endpoints, Gate gate)
    {
        var page = new OperationsPage(options, cache);
        endpoints.MapGet("", gate.Look(page.WriteAsync));
        endpoints.MapGet("/stats", gate.Look(StatsAsync));
        endpoints.MapGet("/status", gate.Look(StatusAsync));
        endpoints.MapGet("/servers", gate.Look(ServersAsync));
        endpoints.MapGet("/outbox", gate.Look(OutboxAsync));
        endpoints.MapPost("/find", gate.Ask(FindAsync));
        endpoints.MapPost("/inspect", gate.Ask(InspectAsync));
        endpoints.MapPost("/evict", gate.Change(context => InvalidateAsync(context, "evict", static (store, tags, stop) => store.EvictByTagAsync(tags, stop))));
        endpoints.MapPost("/expire", gate.Change(context => InvalidateAsync(context, "expire", static (store, tags, stop) => store.ExpireByTagAsync(tags, stop))));
        endpoints.MapPost("/remove", gate.Change(RemoveAsync));
    }

    /// <summary>Sends nothing to Redis, so it also works while Redis is unavailable.</summary>
    private Task StatsAsync(HttpContext context) =>
        Reply.WriteAsync(context, StatsReply.Of(cache.Get<ITagCacheStatistics>(context).GetSnapshot()), OperationsJson.Default.StatsReply);

    private async Task StatusAsync(HttpContext context)
    {
        var status = await cache.Get<ITagCacheStatistics>(context).CheckAsync(context.RequestAborted).ConfigureAwait(false);
        await Reply.WriteAsync(context, status, OperationsJson.Default.RedisTagCacheStatus).ConfigureAwait(false);
    }

    private async Task ServersAsync(HttpContext context)
    {
        var description = await cache.Get<ITagCacheInspector>(context).DescribeAsync(context.RequestAborted).ConfigureAwait(false);
        await Reply.WriteAsync(context, description, OperationsJson.Default.CacheDescription).ConfigureAwait(false);
    }

    private async Task OutboxAsync(HttpContext context)
    {
        if (cache.Find<IOutboxReport>(context) is not { } outbox)
        {
            await Reply.ProblemAsync(context, StatusCodes.Status404NotFound, "This cache has no outbox.").ConfigureAwait(false);
            return;
        }

        try
        {
            var (pending, oldestAge, isLate, setAside) = await outbox.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            await Reply.WriteAsync(context, new OutboxReply(pending, oldestAge, isLate, setAside), OperationsJson.Default.OutboxReply).ConfigureAwait(false);
        }
        catch (DbException)
        {
            await Reply.ProblemAsync(context, StatusCodes.Status503ServiceUnavailable, "The outbox table cannot be read, so evictions wait.").ConfigureAwait(false);
        }
    }

    private async Task FindAsync(HttpContext context)
    {
        var request = await Reply.ReadAsync(context, OperationsJson.Default.FindRequest).ConfigureAwait(false);
        var found = await new Search(cache.Get<ITagCacheInspector>(context), options.SearchTime).RunAsync(request, context.RequestAborted).ConfigureAwait(false);
        await Reply.WriteAsync(context, found, OperationsJson.Default.FindReply).ConfigureAwait(false);
    }

    private async Task InspectAsync(HttpContext context)
    {
        var request = await Reply.ReadAsync(context, OperationsJson.Default.InspectRequest).ConfigureAwait(false);
        var look = new CacheInspectOptions { BuildNamespace = request.BuildNamespace, IncludePayload = options.ShowPayloads };
        var entry = await cache.Get<ITagCacheInspector>(context).InspectAsync(request.Region, request.Key, look, context.RequestAborted).ConfigureAwait(false);
        if (entry is null)
            await Reply.ProblemAsync(context, StatusCodes.Status404NotFound, "There is no such entry any more.").ConfigureAwait(false);
        else
            await Reply.WriteAsync(context, new EntryReply(entry, entry.Payload is { } payload ? PayloadText.Of(payload, entry.Compression) : null), OperationsJson.Default.EntryReply).ConfigureAwait(false);
    }

    private async Task InvalidateAsync(HttpContext context, string action, Func<ITagCacheStore, IEnumerable<string>, CancellationToken, ValueTask> invalidate)
    {
        var tags = (await Reply.ReadAsync(context, OperationsJson.Default.TagsRequest).ConfigureAwait(false)).Tags;
        if (tags is not { Count: > 0 and <= MaxTags } || tags.Any(string.IsNullOrEmpty))
            throw new ArgumentException($"The request must contain 1 to {MaxTags} tags, and none of them can be empty.");
        Log.OperatorActed(logger, action, tags.Count);
        await invalidate(cache.Get<ITagCacheStore>(context), tags, context.RequestAborted).ConfigureAwait(false);
        await Reply.WriteAsync(context, new TagsReply(Done: true, tags), OperationsJson.Default.TagsReply).ConfigureAwait(false);
    }

    private async Task RemoveAsync(HttpContext context)
    {
        var request = await Reply.ReadAsync(context, OperationsJson.Default.RemoveRequest).ConfigureAwait(false);
        var name = request.Region ?? "";
        if (name.Length == 0 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') || string.IsNullOrEmpty(request.Key))
            throw new ArgumentException("The request must contain a region and a key.");
        var entry = new CacheEntryInfo
        {
            Region = name,
            BuildNamespace = request.BuildNamespace,
            Key = request.Key,
            IsKeyHashed = request.IsKeyHashed,
            Partition = request.Partition,
        };
        Log.OperatorActed(logger, "remove", 1);
        var isRemoved = await cache.Get<ITagCacheInspector>(context).RemoveAsync(entry, context.RequestAborted).ConfigureAwait(false);
        await Reply.WriteAsync(context, new RemoveReply(isRemoved ? 1 : 0), OperationsJson.Default.RemoveReply).ConfigureAwait(false);
    }
}
