using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Pages;

/// <summary>Pages whose text says how often their handler has run, so that a hit can be told from a rendering.</summary>
public abstract class PageSuite(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<string, int> _renderings = new();

    protected static TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(5);

    protected RedisFixture Redis => redis;

    protected string KeyPrefix => _prefix;

    /// <summary>The memory for copies of pages.</summary>
    protected virtual long CopyBytes => 0;

    private protected Task<PageApp> StartAsync(Action<WebApplication> map, Action<IServiceCollection>? services = null) =>
        PageApp.StartAsync(redis.ConnectionString, map, o => o.KeyPrefix = _prefix, services, o => o.LocalCacheBytes = CopyBytes);

    /// <summary>Counts one more rendering of the page and gives the new count as text.</summary>
    protected string Render(string page) => RenderingsAfterOneMore(page).ToString(System.Globalization.CultureInfo.InvariantCulture);

    protected int Renderings(string page) => _renderings.GetValueOrDefault(page);

    private int RenderingsAfterOneMore(string page) => _renderings.AddOrUpdate(page, 1, static (_, count) => count + 1);

    private protected static async Task<(HttpStatusCode Status, string Text)> SendAsync(
        PageApp app, HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await app.Client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private protected static async Task<string> GetAsync(PageApp app, string path, params (string Name, string Value)[] headers) =>
        (await SendAsync(app, HttpMethod.Get, path, headers)).Text;
}
