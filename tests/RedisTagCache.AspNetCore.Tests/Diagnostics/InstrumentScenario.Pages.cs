using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RedisTagCache.AspNetCore.Tests.Diagnostics;

internal sealed partial class InstrumentScenario
{
    private readonly Pages _pages;

    public async Task PagesAreRenderedAsync()
    {
        var both = Task.WhenAll(_a.GetAsync($"/{Secret}/held"), _b.GetAsync($"/{Secret}/held"));
        await IsWaitedForAsync();
        _pages.Gate.SetResult();
        await both;
        await _a.GetAsync($"/{Secret}/alone");

        await RefreshAsync("page/stored", "stored", static () => Task.CompletedTask);
        await RefreshAsync("page/rejected", "rejected", () => _a.Store.EvictByTagAsync(Tag("page")).AsTask());
        await RefreshAsync("page/gone", "gone", () => Task.FromResult(_pages.Status = 404));
        await RefreshAsync("page/uncacheable", "uncacheable", () => Task.FromResult(_pages.Status = 429));
        await RefreshAsync("page/failed", "failed", () => Task.FromResult(_pages.Status = 503));
        await RefreshAsync("differing", "differs", static () => Task.CompletedTask);
        await RefreshAsync("page/skipped", "skipped", () =>
        {
            _server.Hang();
            return Task.CompletedTask;
        });
        _server.Resume();
    }

    /// <summary>Has a page refreshed, and something done while it is rendered.</summary>
    private async Task RefreshAsync(string page, string outcome, Func<Task> during)
    {
        _pages.Status = 200;
        _pages.During = static () => Task.CompletedTask;
        await _a.GetAsync($"/{Secret}/{page}");
        await _a.Store.ExpireByTagAsync(Tag("page"));
        _pages.During = during;
        await _a.GetAsync($"/{Secret}/{page}");
        await SeenAsync("page.refresh.duration", "outcome", outcome);
    }

    private sealed class Pages
    {
        private int _evaluations;

        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Func<Task> During { get; set; } = static () => Task.CompletedTask;

        public int Status { get; set; } = 200;

        public void Map(WebApplication app)
        {
            app.MapGet($"/{Secret}/held", async () =>
            {
                await Gate.Task;
                return "held";
            }).CacheOutput();
            app.MapGet($"/{Secret}/alone", () => "alone").CacheOutput(policy => policy.SetLocking(false));
            app.MapGet($"/{Secret}/page/{{name}}", RenderAsync).CacheOutput(policy => policy.Tag(Tag("page")));

            // The third time, which is the refresh, it depends on something else.
            app.MapGet($"/{Secret}/differing", RenderAsync).CacheOutput(policy => policy.Tag(Tag("page")).VaryByValue(
                _ => new KeyValuePair<string, string>("n", Interlocked.Increment(ref _evaluations) <= 2 ? "first" : "second")));
        }

        private async Task<IResult> RenderAsync()
        {
            await During();
            return Results.Text("page", statusCode: Status);
        }
    }
}
