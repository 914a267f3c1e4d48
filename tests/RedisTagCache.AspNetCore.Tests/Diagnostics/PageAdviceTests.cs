using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RedisTagCache.AspNetCore.Tests.Pages;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Diagnostics;

/// <summary>Policies of pages that will hurt are logged when their pages are stored: each once, and no others.</summary>
public sealed class PageAdviceTests(RedisFixture redis) : PageSuite(redis)
{
    private readonly List<string> _lines = [];

    [Fact]
    public async Task Defaults_OfPagesAndServer_LogNothing()
    {
        await using var app = await StartAsync(static policy => policy.Tag("posts"));
        await GetTwiceAsync(app, "/page", "/other");
        await Eventually.BecomesTrueAsync(() => Lines("129 RedisTagCache.Advice:").Length == 1, "the settings of the server are checked");
        Assert.Empty(Lines());
    }

    [Theory]
    [InlineData("Cookie", 60, true)]
    [InlineData("authorization", 60, true)]
    [InlineData("Accept-Language", 60, false)]
    [InlineData("Cookie", 0, false)]
    public async Task StaleWindow_OfPagesOfOneVisitor_IsAdvisedAgainstOnceForEachEndpoint(string header, int seconds, bool isAdvised)
    {
        await using var app = await StartAsync(policy => policy.SetVaryByHeader(header).StaleWhileRevalidate(TimeSpan.FromSeconds(seconds)));
        await GetTwiceAsync(app, "/page", "/other");
        Assert.Equal(isAdvised ? 2 : 0, Lines().Length);
        Assert.All(Lines(), static line =>
        {
            Assert.StartsWith("130 RedisTagCache.Advice: Pages of HTTP: GET /", line, StringComparison.Ordinal);
            Assert.Contains("a stale window of 60 s", line, StringComparison.Ordinal);
            Assert.EndsWith("docs/security.md#understand-replayed-requests", line, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task StaleWindow_OfTheAttributeOrTheOptions_CountsToo()
    {
        await using var attribute = await StartAsync(static policy => policy.SetVaryByHeader("Cookie"), map: static page => page.WithMetadata(new StaleWhileRevalidateAttribute(7)));
        await GetTwiceAsync(attribute, "/page");
        await using var options = await StartAsync(static policy => policy.SetVaryByHeader("Cookie"), services: static services => services.Configure<RedisTagOutputCacheOptions>(static o => o.StaleWindow = TimeSpan.FromSeconds(8)));
        await GetTwiceAsync(options, "/other");
        Assert.Collection(
            Lines(),
            static line => Assert.Contains("window of 7 s", line, StringComparison.Ordinal),
            static line => Assert.Contains("window of 8 s", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, "*", true)]
    [InlineData(false, "pages.example", false)]
    [InlineData(true, "*", false)]
    public async Task Host_ThatPagesDoNotVaryBy_IsAdvisedOnOnceIfTheApplicationAcceptsAll(bool isVaried, string allowed, bool isAdvised)
    {
        await using var app = await StartAsync(policy => policy.SetVaryByHost(isVaried), services => services.Configure<HostFilteringOptions>(options => options.AllowedHosts = [allowed]));
        await GetTwiceAsync(app, "/page", "/other");
        Assert.Equal(isAdvised ? 1 : 0, Lines().Length);
        Assert.All(Lines(), static line =>
        {
            Assert.StartsWith("131 RedisTagCache.Advice: Pages of HTTP: GET /page do not vary by host", line, StringComparison.Ordinal);
            Assert.EndsWith("docs/security.md#check-the-host-header", line, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Host_ThatTheEndpointRequires_IsNotAdvisedOn()
    {
        await using var app = await StartAsync(static policy => policy.SetVaryByHost(false), map: static page => page.RequireHost("pages.example"));
        await GetTwiceAsync(app, "/page");
        Assert.Empty(Lines());
    }

    private static async Task GetTwiceAsync(PageApp app, params string[] paths)
    {
        foreach (var path in paths)
        {
            await app.GetStoredAsync(path);
            await app.GetStoredAsync(path + "?again");
        }
    }

    private Task<PageApp> StartAsync(Action<OutputCachePolicyBuilder> policy, Action<IServiceCollection>? services = null, Action<IEndpointConventionBuilder>? map = null) => StartAsync(
        (WebApplication app) =>
        {
            foreach (var path in (string[])["/page", "/other"])
            {
                var page = app.MapGet(path, () => Render(path)).CacheOutput(builder =>
                {
                    builder.Expire(Lifetime);
                    policy(builder);
                });
                map?.Invoke(page);
            }
        },
        collection =>
        {
            collection.AddLogging(logging => logging.AddFilter("RedisTagCache.Advice", LogLevel.Debug).AddProvider(new AllLines(_lines)));
            services?.Invoke(collection);
        });

    /// <summary>The warnings, or what else begins like this.</summary>
    private string[] Lines(string? beginning = null)
    {
        lock (_lines)
            return [.. _lines.Where(line => beginning is null ? !line.StartsWith("129 ", StringComparison.Ordinal) : line.StartsWith(beginning, StringComparison.Ordinal))];
    }

    /// <summary>Warnings of the library and all advice, with their ids.</summary>
    private sealed class AllLines(List<string> lines) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Logger(categoryName, lines);

        public void Dispose()
        {
        }

        private sealed class Logger(string category, List<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => category == "RedisTagCache.Advice" || (logLevel >= LogLevel.Warning && category.StartsWith("RedisTagCache", StringComparison.Ordinal));

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                lock (lines)
                    lines.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{eventId.Id} {category}: {formatter(state, exception)}"));
            }
        }
    }
}
