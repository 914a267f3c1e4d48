using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace RedisTagCache.AspNetCore.Tests.Diagnostics;

internal sealed partial class InstrumentScenario
{
    private static readonly CachePolicy _stale = new() { StaleWindow = TimeSpan.FromHours(1), FailSafeWindow = TimeSpan.FromHours(1), RetryDelay = TimeSpan.Zero };
    private static readonly CachePolicy _fromRedis = _stale with { Flags = HybridCacheEntryFlags.DisableLocalCache };

    private ITagCache A => _a.Services.GetRequiredService<ITagCache>();

    private ITagCache B => _b.Services.GetRequiredService<ITagCache>();

    public async Task ValuesAreComputedAsync()
    {
        // One leads for so long that the lease is renewed; one joins in the process, one waits in the other instance.
        var leading = new HeldFactory();
        var first = A.GetOrCreateAsync(Key("led"), leading.RunAsync, _stale, [Tag("values")]).AsTask();
        await SeenAsync("operation.duration", "operation", "renew");
        var joining = A.GetOrCreateAsync(Key("led"), Never, _stale).AsTask();
        var following = B.GetOrCreateAsync(Key("led"), Never, _stale).AsTask();
        await SeenAsync("factory.calls", "role", "coalesced");
        await IsWaitedForAsync();
        leading.End("v");
        Assert.Equal(["v", "v", "v"], await Task.WhenAll(first, joining, following));

        // One waits for a lease that is gone.
        var lost = new HeldFactory();
        var losing = A.GetOrCreateAsync(Key("lost"), lost.RunAsync).AsTask();
        await lost.Started;
        var takingOver = B.GetOrCreateAsync(Key("lost"), (_, _) => new ValueTask<string>("mine")).AsTask();
        await IsWaitedForAsync();
        await _admin.GetDatabase().KeyDeleteAsync(Keys("*:l:*"));
        Assert.Equal("mine", await takingOver);
        lost.End("theirs");
        await losing;

        await A.GetOrCreateAsync(Key("alone"), (_, _) => new ValueTask<string>("v"), new CachePolicy { Flags = HybridCacheEntryFlags.DisableDistributedCacheWrite });
        using var leaving = new CancellationTokenSource();
        var left = new HeldFactory();
        var leavingCall = A.GetOrCreateAsync(Key("left"), left.RunAsync, cancellationToken: leaving.Token).AsTask();
        await left.Started;
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leavingCall);
        await SeenAsync("factory.duration", "outcome", "canceled");

        await A.GetOrCreateAsync(Key(new string('k', 2_000)), (_, _) => new ValueTask<string>("v"));
        await A.GetOrCreateAsync(Key("large"), (_, _) => new ValueTask<byte[]>(new byte[2_000_000]));
        await A.GetOrCreateAsync(Key("unserializable"), (_, _) => new ValueTask<Action>(() => { }));
        await A.GetOrCreateAsync(Key("unwanted"), (context, _) => new ValueTask<bool>(context.IsStored = false));
    }

    public async Task ValuesAreReturnedAsync()
    {
        await A.GetOrCreateAsync(Key("led"), Never, _stale);
        await A.GetOrCreateAsync(Key("led"), Never, _fromRedis);
        await SeenAsync("lookups", "outcome", "stale_local", () => ExpiredAsync(_stale));
        await SeenAsync("lookups", "outcome", "stale", () => ExpiredAsync(_fromRedis));
        await SeenAsync("refreshes", "outcome", "done");
        await SeenAsync("refreshes", "outcome", "failed", async () =>
        {
            await B.ExpireByTagAsync(Tag("values"));
            await A.GetOrCreateAsync<string>(Key("led"), (_, _) => throw new InvalidOperationException(Secret), _stale);
        });

        // One refreshes, and the other leaves it to that one.
        await A.GetOrCreateAsync(Key("both"), (_, _) => new ValueTask<string>("v"), _fromRedis, [Tag("both")]);
        await B.ExpireByTagAsync(Tag("both"));
        var refreshing = new HeldFactory();
        await A.GetOrCreateAsync(Key("both"), refreshing.RunAsync, _fromRedis, [Tag("both")]);
        await refreshing.Started;
        await B.GetOrCreateAsync(Key("both"), Never, _fromRedis, [Tag("both")]);
        await SeenAsync("refreshes", "outcome", "taken");
        refreshing.End("new");

        var brief = _stale with { Lifetime = TimeSpan.FromMilliseconds(1), StaleWindow = TimeSpan.Zero };
        await A.SetAsync(Key("brief"), "old", brief);
        await SeenAsync("lookups", "outcome", "fail_safe", async () => await A.GetOrCreateAsync<string>(Key("brief"), (_, _) => throw new InvalidOperationException(Secret), brief with { StaleWindow = null }));

        // Announcements: of both kinds, and one that shows that another did not come.
        await B.RemoveAsync(Key("led"));
        await SeenAsync("backplane.messages", "kind", "removal");
        await SeenAsync("backplane.messages", "kind", "eviction");
        await _admin.GetSubscriber().PublishAsync(StackExchange.Redis.RedisChannel.Literal("{rtc:0}:epoch"), "r9000000000000001 9000000000000002 {rtc:0}:e:hybrid:other:k");
        await SeenAsync("backplane.messages", "outcome", "gap");

        async Task ExpiredAsync(CachePolicy policy)
        {
            await B.ExpireByTagAsync(Tag("values"));
            await A.GetOrCreateAsync(Key("led"), (_, _) => new ValueTask<string>("new"), policy, [Tag("values")]);
        }
    }

    private static string Key(string name) => $"{Secret}:{name}";

    private static string Tag(string name) => $"{Secret}-{name}";

    private static ValueTask<string> Never(CacheContext context, CancellationToken cancellationToken) => throw new InvalidOperationException("There is a value.");

    /// <summary>A factory that runs until it is told its value.</summary>
    private sealed class HeldFactory
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<string> _value = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Started => _started.Task.WaitAsync(TimeSpan.FromSeconds(30));

        public async ValueTask<string> RunAsync(CacheContext context, CancellationToken cancellationToken)
        {
            _started.TrySetResult();
            return await _value.Task.WaitAsync(cancellationToken);
        }

        public void End(string value) => _value.SetResult(value);
    }
}
