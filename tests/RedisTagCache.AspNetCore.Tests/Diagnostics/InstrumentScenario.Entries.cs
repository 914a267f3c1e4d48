using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.Connection;
using RedisTagCache.TestSupport;
using static RedisTagCache.TestSupport.StoreExtensions;

namespace RedisTagCache.AspNetCore.Tests.Diagnostics;

internal sealed partial class InstrumentScenario
{
    private ITagCacheStore Store => _a.Store;

    private IDistributedCache Distributed => _a.Services.GetRequiredService<IDistributedCache>();

    public async Task EntriesComeAndGoAsync()
    {
        await Store.ReadAsync(Key("absent"));
        await Store.WriteAsync(Key("entry"), "v", Tag("entries"));
        await Store.ReadAsync(Key("entry"));
        await Store.ExpireByTagAsync(Tag("entries"));
        await Store.ReadAsync(Key("entry"));
        await Store.EvictByTagAsync([Tag("entries"), Tag("more")]);
        await Store.ReadAsync(Key("entry"));
        await Store.WriteAsync(Key("entry"), "late", CacheVersion.Unknown, Tag("entries"));
        await Store.RemoveAsync(Page(Key("entry")));

        await Store.WriteAsync(Key("damaged"), "v");
        foreach (var key in Keys("*:e:pages:*damaged*"))
            await _admin.GetDatabase().StringSetAsync(key, "garbage");
        await Store.ReadAsync(Key("damaged"));

        await Distributed.SetStringAsync(Key("session"), "v", new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(5) });
        await Distributed.GetStringAsync(Key("session"));
        await Distributed.RefreshAsync(Key("session"));
        await SeenAsync("operation.duration", "operation", "touch");
        await Distributed.RemoveAsync(Key("session"));

        // Redis lost a tag invalidation that the instance knows: at the next connection the eviction is retried.
        await Store.EvictByTagAsync(Tag("lost"));
        await _admin.GetDatabase().SortedSetRemoveAsync("{rtc:0}:marks", "h=" + Tag("lost"));
        await _admin.GetServers()[0].ExecuteAsync("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        await SeenAsync("evictions", "outcome", "recovered");
        Assert.InRange(Telemetry.Observe(RedisTagCacheDiagnostics.TagStateTagsInstrument), 3, 50);
        Assert.InRange(Telemetry.Observe(RedisTagCacheDiagnostics.LocalEntriesInstrument), 1, 20);
        Assert.InRange(Telemetry.Observe(RedisTagCacheDiagnostics.LocalBytesInstrument), 50, 100_000);
        await Eventually.BecomesTrueAsync(() => Telemetry.Observe(RedisTagCacheDiagnostics.CircuitStateInstrument) == 0, "the circuit is closed");
    }

    public async Task RedisGoesAndComesAsync()
    {
        _server.Hang();
        using var leaving = new CancellationTokenSource();
        var looking = Store.GetAsync(Page(Key("entry")), leaving.Token).AsTask();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => looking);
        await SeenAsync("lookups", "reason", "unavailable", () => Store.ReadAsync(Key("entry")));
        await SeenAsync("operation.duration", "outcome", "timeout");
        await SeenAsync("writes", "outcome", "skipped", () => Distributed.SetStringAsync(Key("session"), "v"));
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await Store.ReadAsync(Key("entry"));
                return Telemetry.Observe(RedisTagCacheDiagnostics.CircuitStateInstrument) == 1;
            },
            "the circuit is open");
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await Store.EvictByTagAsync(Tag("entries")));
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await Store.RemoveAsync(Page(Key("entry"))));
        await SeenAsync("removals", "outcome", "failed");
        _server.Resume();
        await SeenAsync("evictions", "outcome", "retried");

        _server.Kill();
        await SeenAsync("operation.duration", "outcome", "error", () => Store.ReadAsync(Key("entry")));
        await SeenAsync("tag_state.syncs", "outcome", "failed", async () =>
            await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await Store.EvictByTagAsync(Tag("entries"))));
        await _server.RestartAsync();
        foreach (var store in new[] { _a.Store, _b.Store })
            await Eventually.BecomesTrueAsync(async () => await store.WriteAsync(Key("entry"), "v") == CacheWriteOutcome.Stored, "it works again");
        var replacement = _a.Services.GetRequiredService<RedisCircuits>().Replacement;
        await SeenAsync("operation.duration", "operation", "reconnect", () => replacement.TryAsync(0, static database => database.PingAsync(), static () => true));
    }
}
