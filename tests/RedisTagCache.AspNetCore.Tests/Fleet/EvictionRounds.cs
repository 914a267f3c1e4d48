using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>
/// Two instances, and pages of which each goes through its rounds: it is evicted, a request has it rendered, what it is made of changes, and it is
/// evicted again; then it is asked for on both instances. Its rendering ends before that eviction, at any time, or after those requests were sent.
/// Meanwhile others ask for all pages all the time.
/// </summary>
internal sealed class EvictionRounds : IAsyncDisposable
{
    private const int Pages = 12;
    private const int Others = 8;

    private readonly HeldPage[] _pages = [.. Enumerable.Range(0, Pages).Select(_ => new HeldPage())];
    private readonly BackgroundLoad _others = new();
    private PageApp[] _instances = [];
    private TimeSpan _took;
    private long _rounds;
    private long _requests;
    private long _violations;
    private long _inFlight;
    private long _stillInFlight;

    /// <summary>Answers that showed what began before an eviction, to requests that were sent after it.</summary>
    public long Violations => _violations;

    /// <summary>Evictions that began while the page was being rendered.</summary>
    public long InFlight => _inFlight;

    /// <summary>Evictions that had returned while the page was still being rendered.</summary>
    public long StillInFlight => _stillInFlight;

    public long Hits => _requests - _pages.Sum(page => page.Rendered);

    public static async Task<EvictionRounds> StartAsync(Func<Action<WebApplication>, Task<PageApp>> start)
    {
        var rounds = new EvictionRounds();
        rounds._instances = [await start(rounds.Map), await start(rounds.Map)];
        return rounds;
    }

    public async Task RunAsync(int rounds)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Others; i++)
        {
            var instance = _instances[i % 2];
            _others.Start(stop => AskAsync(instance, stop));
        }

        await Task.WhenAll(Enumerable.Range(0, Pages).Select(page => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref _rounds) is var round && round <= rounds)
                await RoundAsync(page, (int)(round % 3));
        })));
        await _others.StopAsync();
        _took = Stopwatch.GetElapsedTime(start);
    }

    public void Print(string what) => TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what}: {_took.TotalSeconds:F1} s, {_requests} requests, {Hits} hits, {_inFlight} evictions of pages being rendered, {_stillInFlight} of them still when it had returned, {_violations} violations"));

    public async ValueTask DisposeAsync()
    {
        foreach (var page in _pages)
            page.EndWithTest().Dispose();
        await _others.DisposeAsync();
        foreach (var instance in _instances)
            await instance.DisposeAsync();
    }

    private void Map(WebApplication app)
    {
        app.MapGet("/page/{id:int}", (int id, HttpContext context) =>
        {
            context.Features.Get<IOutputCacheFeature>()!.Context.Tags.Add($"page:{id}");
            return _pages[id].RenderAsync();
        }).CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(5)));
        app.MapPost("/evict/{id:int}", (int id, IOutputCacheStore store, CancellationToken stop) => store.EvictByTagAsync($"page:{id}", stop).AsTask());
    }

    private async Task RoundAsync(int id, int ends)
    {
        var page = _pages[id];
        var one = Random.Shared.Next(2);
        var (a, b) = (_instances[one], _instances[1 - one]);
        var hold = page.HoldNext();
        await page.ChangeAsync(() => EvictAsync(Random.Shared.Next(2) == 0 ? a : b, id));
        var early = AskAsync(a, id);
        await Task.WhenAny(hold.Entered, early); // not the former where nothing is ever evicted
        if (hold.Rendering > 0)
            Interlocked.Increment(ref _inFlight);
        if (ends == 0)
            hold.Release();
        var changing = page.ChangeAsync(() => EvictAsync(Random.Shared.Next(2) == 0 ? a : b, id));
        if (ends == 1)
            hold.Release();
        await changing;
        if (hold.Rendering > 0)
            Interlocked.Increment(ref _stillInFlight);

        var late = new[] { AskAsync(a, id), AskAsync(b, id) };
        hold.Release();
        await Task.WhenAll(late);
        await early;
        await AskAsync(b, id); // and what was kept
    }

    private static async Task EvictAsync(PageApp app, int id)
    {
        using var response = await app.Client.PostAsync($"/evict/{id}", null);
        response.EnsureSuccessStatusCode();
    }

    private async Task AskAsync(PageApp app, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await AskAsync(app, Random.Shared.Next(Pages));
            await Task.Delay(1, CancellationToken.None); // so that it leaves the processor to the rounds
        }
    }

    private async Task AskAsync(PageApp app, int id)
    {
        var floor = _pages[id].Floor;
        var version = long.Parse(await app.GetAsync($"/page/{id}"), CultureInfo.InvariantCulture);
        Interlocked.Increment(ref _requests);
        if (version < floor)
            Interlocked.Increment(ref _violations);
    }
}
