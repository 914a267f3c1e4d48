using Microsoft.AspNetCore.OutputCaching;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Contracts;

/// <summary>One thing that the store relies on.</summary>
/// <param name="Name">What happens.</param>
/// <param name="RunAsync">Makes it happen.</param>
/// <param name="TakesBuffers">Whether the store is one that takes buffers.</param>
/// <param name="Failing">The call that fails.</param>
internal sealed record MiddlewareScenario(string Name, Func<MiddlewareApp, Task> RunAsync, bool TakesBuffers = true, string? Failing = null)
{
    public static IReadOnlyList<MiddlewareScenario> All { get; } =
    [
        new("A page that is not stored, and then is", static app => GetAsync(app, "/default", "/default")),
        new("The same with a store that takes no buffers", static app => GetAsync(app, "/default", "/default"), TakesBuffers: false),
        new("A page without a policy", static app => GetAsync(app, "/plain")),
        new("A page with tags and a lifetime", static app => GetAsync(app, "/tagged", "/tagged")),
        new("A page without tags, and a store that takes no buffers", static app => GetAsync(app, "/default"), TakesBuffers: false),
        new("A tag that the endpoint adds", static app => GetAsync(app, "/added")),
        new("A page that varies", static async app =>
        {
            await app.SendAsync("GET", "/varied/7?q=1&other=2", "X-Kind", "small");
            await app.SendAsync("GET", "/varied/8?other=2");
        }),
        new("Letter case, query and host of the address", static async app =>
        {
            await GetAsync(app, "/Default", "/default?b=2&a=1", "/default?a=1&b=2");
            await app.SendAsync("GET", "/default", "Host", "other.example:81");
        }),
        new("HEAD and POST", static async app =>
        {
            await app.SendAsync("HEAD", "/default");
            await app.SendAsync("POST", "/default");
        }),
        new("An authenticated request", static app => app.SendAsync("GET", "/default", "Authorization", "Bearer x")),
        new("A request that wants no cached answer", static async app =>
        {
            await GetAsync(app, "/default");
            await app.SendAsync("GET", "/default", "Cache-Control", "no-cache");
        }),
        new("A response with a cookie", static app => GetAsync(app, "/cookie")),
        new("A response that is not 200", static app => GetAsync(app, "/missing")),
        new("A response that is too large", static app => GetAsync(app, "/large")),
        new("A client that has the page", static async app =>
        {
            await GetAsync(app, "/etag");
            await app.SendAsync("GET", "/etag", "If-None-Match", "\"1\"");
        }),
        new("An endpoint that throws", static app => GetAsync(app, "/throws")),
        new("An eviction", static async app =>
        {
            await GetAsync(app, "/tagged");
            await app.EvictAsync("other");
            await GetAsync(app, "/tagged");
            await app.EvictAsync("a");
            await GetAsync(app, "/tagged");
        }),
        new("A store that fails to get", static app => GetAsync(app, "/default"), Failing: nameof(IOutputCacheStore.GetAsync)),
        new("A store that fails to set", static app => GetAsync(app, "/default", "/default"), Failing: nameof(IOutputCacheStore.SetAsync)),
        new("A store that takes no buffers and fails to set", static app => GetAsync(app, "/default"), TakesBuffers: false, Failing: nameof(IOutputCacheStore.SetAsync)),
        new("A store that fails to evict", static app => app.EvictAsync("a"), Failing: nameof(IOutputCacheStore.EvictByTagAsync)),
        new("Two requests at once for a page with locking", static app => GetAtOnceAsync(app, "/locked", renderings: 1)),
        new("Two requests at once for a page without locking", static app => GetAtOnceAsync(app, "/unlocked", renderings: 2)),
    ];

    private static async Task GetAsync(MiddlewareApp app, params string[] addresses)
    {
        foreach (var address in addresses)
            await app.SendAsync("GET", address);
    }

    /// <summary>Records numbers alone, because the order of what two requests do is chance.</summary>
    private static async Task GetAtOnceAsync(MiddlewareApp app, string address, int renderings)
    {
        var first = app.SendAsync("GET", address);
        await Eventually.BecomesTrueAsync(() => app.Record.Count("page") == 1, "the first request renders");
        var second = app.SendAsync("GET", address);
        await Eventually.BecomesTrueAsync(() => app.Record.Count(">") == 2 && app.Record.Count("page") == renderings, "the second request is sent");
        app.OpenGate();
        await Task.WhenAll(first, second);
        var (rendered, stored, answered) = (app.Record.Count("page"), app.Record.Count("store SetAsync"), app.Record.Count("< 200"));
        app.Record.Clear();
        app.Record.Add(FormattableString.Invariant($"{rendered} rendered, {stored} stored, {answered} answered with 200"));
    }
}
