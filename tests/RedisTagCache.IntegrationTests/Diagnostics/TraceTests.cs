using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.TestSupport;
using Names = RedisTagCache.RedisTagCacheDiagnostics;

namespace RedisTagCache.IntegrationTests.Diagnostics;

/// <summary>How the activities of one call hang together. Those of other tests, which run at the same time, are told apart by their trace.</summary>
public sealed class TraceTests(RedisFixture redis) : IClassFixture<RedisFixture>, IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly Activity _test = new Activity("test").Start();
    private readonly ActivityListener _listener = new()
    {
        ShouldListenTo = source => source.Name == Names.ActivitySourceName,
        Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
    };

    [Fact]
    public async Task Miss_HasTheLookUpTheFactoryAndTheWriteWithinTheCall()
    {
        await using var instance = NewInstance();
        Activity? within = null;
        await instance.Get<ITagCache>().GetOrCreateAsync("k", (_, _) =>
        {
            within = Activity.Current;
            return new ValueTask<string>("v");
        });
        var call = Single("cache.get_or_create");
        Assert.Equal(("miss", "leader", "hybrid"), (Tag(call, "outcome"), Tag(call, "role"), Tag(call, "region")));
        Assert.Equal(_test.SpanId, call.ParentSpanId);
        foreach (var child in new[] { "cache.lookup", "cache.factory", "cache.write" })
            Assert.Equal(call.SpanId, Single(child).ParentSpanId);
        Assert.Equal(("ok", "stored"), (Tag(Single("cache.factory"), "outcome"), Tag(Single("cache.write"), "outcome")));
        Assert.Equal("cache.factory", within?.OperationName);
    }

    [Fact]
    public async Task Hits_TellWhereTheValueWas_AndAFreshCopyNothing()
    {
        await using var instance = NewInstance();
        var cache = instance.Get<HybridCache>();
        await cache.SetAsync("k", "v", cancellationToken: TestContext.Current.CancellationToken);
        await cache.GetOrCreateAsync("k", static _ => new ValueTask<string>("never"), cancellationToken: TestContext.Current.CancellationToken);
        Assert.DoesNotContain(Own(), activity => activity.OperationName == "cache.get_or_create");

        var options = new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableLocalCache };
        await cache.GetOrCreateAsync("k", static _ => new ValueTask<string>("never"), options, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("hit", Tag(Single("cache.get_or_create"), "outcome"));
    }

    [Fact]
    public async Task FactoryThatThrows_IsAnErrorWithoutItsText()
    {
        await using var instance = NewInstance();
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await instance.Get<ITagCache>().GetOrCreateAsync<string>("k", (_, _) => throw new InvalidOperationException("personal")));
        foreach (var activity in new[] { Single("cache.get_or_create"), Single("cache.factory") })
        {
            Assert.Equal(("error", ActivityStatusCode.Error), (Tag(activity, "outcome"), activity.Status));
            Assert.Null(activity.StatusDescription);
            Assert.Empty(activity.Events);
        }
    }

    [Fact]
    public async Task Refresh_IsATraceOfItsOwn_LinkedToItsCaller()
    {
        await using var instance = NewInstance();
        var cache = instance.Get<ITagCache>();
        var policy = new CachePolicy { StaleWindow = TimeSpan.FromHours(1) };
        await cache.SetAsync("k", "old", policy, ["t"]);
        await cache.ExpireByTagAsync("t");
        Assert.Equal("old", await cache.GetOrCreateAsync("k", (_, _) => new ValueTask<string>("new"), policy, ["t"]));
        await Eventually.BecomesTrueAsync(() => Linked().Any(), "it is refreshed");
        var (refresh, call) = (Linked().Single(), Single("cache.get_or_create"));
        Assert.Equal(("stale_local", "done"), (Tag(call, "outcome"), Tag(refresh, "outcome")));
        Assert.Equal(call.SpanId, refresh.Links.Single().Context.SpanId);
        Assert.NotEqual(_test.TraceId, refresh.TraceId);
        Assert.Null(refresh.ParentId);
        Assert.Contains(_ended, activity => activity.OperationName == "cache.factory" && activity.ParentSpanId == refresh.SpanId);

        IEnumerable<Activity> Linked() => _ended.Where(activity => activity.OperationName == "cache.refresh" && activity.Links.Any(link => link.Context.TraceId == _test.TraceId));
    }

    public void Dispose()
    {
        _listener.Dispose();
        _test.Dispose();
    }

    private Instance NewInstance()
    {
        _listener.ActivityStopped = _ended.Enqueue;
        ActivitySource.AddActivityListener(_listener);
        return Instance.Create(redis.ConnectionString, o => o.KeyPrefix = "t" + Guid.NewGuid().ToString("N"));
    }

    private IEnumerable<Activity> Own() => _ended.Where(activity => activity.TraceId == _test.TraceId);

    private Activity Single(string name) => Assert.Single(Own(), activity => activity.OperationName == name);

    private static string? Tag(Activity activity, string name) => (string?)activity.GetTagItem("redistagcache." + name);
}
