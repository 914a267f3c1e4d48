using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.AspNetCore.Tests.Fleet;
using RedisTagCache.TestSupport;
using Names = RedisTagCache.AspNetCore.RedisTagOutputCacheDiagnostics;

namespace RedisTagCache.AspNetCore.Tests.Refresh;

/// <summary>What is reported of pages: renderings by role, and refreshes with traces of their own. Traces are heard of from all that runs at the time.</summary>
[Collection(Quiet.Name)]
public sealed class RefreshReportTests(RedisFixture redis) : IClassFixture<RedisFixture>, IDisposable
{
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private readonly ConcurrentQueue<(string Instrument, string Dimension, string Value)> _measured = new();
    private readonly ConcurrentQueue<Activity> _activities = new();
    private readonly ActivityListener _traces = new() { ShouldListenTo = source => source.Name is Names.ActivitySourceName or "Microsoft.AspNetCore" };
    private readonly MeterListener _meters = new();
    private readonly Hold _hold = new();
    private int _status = 200;
    private int _leasesAsked;

    [Theory]
    [InlineData(200, "stored")]
    [InlineData(404, "gone")]
    [InlineData(429, "uncacheable")]
    [InlineData(503, "failed")]
    public async Task Refresh_IsMeasured_AndATraceOfItsOwn(int status, string outcome)
    {
        await using var app = await StartAsync();
        Listen(app);
        await app.GetAsync("/page");
        Assert.Equal([(Names.PagesInstrument, Names.RoleDimension, "leader")], _measured);

        await app.Store.ExpireByTagAsync("page", TestContext.Current.CancellationToken);
        _status = status;
        await app.GetAsync("/page");
        await Eventually.BecomesTrueAsync(() => !_activities.IsEmpty && _measured.Count > 1, "it is refreshed");
        Assert.Contains((Names.RefreshDurationInstrument, Names.OutcomeDimension, outcome), _measured);
        var refresh = Assert.Single(_activities);
        Assert.Equal("page.refresh", refresh.OperationName);
        Assert.Equal(outcome, refresh.GetTagItem("redistagcache.outcome"));
        Assert.Equal(RedisTagCacheDiagnostics.DefaultCacheName, refresh.GetTagItem(Names.CacheNameDimension));
        Assert.Null(refresh.Parent);
        var request = Assert.Single(refresh.Links).Context;
        Assert.NotEqual(request.TraceId, refresh.TraceId);
        Assert.DoesNotContain(refresh.TagObjects, tag => tag.Value?.ToString()?.Contains("page", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Renderings_AreCountedByRole()
    {
        await using var a = await StartAsync();
        await using var b = await StartAsync();
        Listen(a, b);
        var pages = new[] { a.GetAsync("/slow"), b.GetAsync("/slow") };
        await Eventually.BecomesTrueAsync(() => Volatile.Read(ref _leasesAsked) >= 2, "one renders the page, and the other waits for it");
        _hold.Release();
        await Task.WhenAll(pages);
        Assert.Equal(["follower", "leader"], _measured.Select(measured => measured.Value).Order(StringComparer.Ordinal));
        await a.GetAsync("/alone");
        Assert.Equal("uncoordinated", _measured.Last().Value);
    }

    public void Dispose()
    {
        _traces.Dispose();
        _meters.Dispose();
    }

    private void Listen(params PageApp[] apps)
    {
        var scopes = apps.Select(app => app.Services.GetRequiredService<IMeterFactory>()).ToArray();
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == Names.MeterName && scopes.Contains(instrument.Meter.Scope))
                listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<long>((instrument, _, dimensions, _) => Note(instrument, dimensions));
        _meters.SetMeasurementEventCallback<double>((instrument, _, dimensions, _) => Note(instrument, dimensions));
        _meters.Start();
        _traces.Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData;
        _traces.ActivityStopped = activity =>
        {
            if (activity.Source.Name == Names.ActivitySourceName)
                _activities.Enqueue(activity);
        };
        ActivitySource.AddActivityListener(_traces);
    }

    private void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> dimensions)
    {
        var cache = dimensions.ToArray().Single(dimension => dimension.Key == Names.CacheNameDimension);
        Assert.Equal(RedisTagCacheDiagnostics.DefaultCacheName, cache.Value);
        foreach (var (name, value) in dimensions)
        {
            if (name != cache.Key)
                _measured.Enqueue((instrument.Name, name, (string)value!));
        }
    }

    private Task<PageApp> StartAsync() => PageApp.StartAsync(
        redis.ConnectionString,
        app =>
        {
            app.MapGet("/page", () => Results.Text(Guid.NewGuid().ToString("D", CultureInfo.InvariantCulture), statusCode: _status)).CacheOutput(policy => policy.Tag("page"));
            app.MapGet("/slow", async () =>
            {
                await _hold.Released;
                return "slow";
            }).CacheOutput();
            app.MapGet("/alone", () => "alone").CacheOutput(policy => policy.SetLocking(false));
        },
        options =>
        {
            options.KeyPrefix = _prefix;
            options.OnEvent = told => Interlocked.Add(ref _leasesAsked, told is { Kind: CacheEventKind.Operation, Detail: CacheEventDetail.Lease } ? 1 : 0);
        });
}
