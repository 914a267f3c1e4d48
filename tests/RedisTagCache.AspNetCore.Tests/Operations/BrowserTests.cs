using Microsoft.Extensions.DependencyInjection;
using PuppeteerSharp;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Operations;

/// <summary>The page as an operator uses it, in a real browser.</summary>
public sealed class BrowserTests(RedisFixture redis, Chromium chromium) : IClassFixture<RedisFixture>, IClassFixture<Chromium>
{
    private const string Hostile = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">";
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private readonly List<string> _complaints = [];

    [Fact]
    public async Task Evict_Clicked_EndsTheEntriesInThePageAndInTheCache()
    {
        await using var app = await StartAsync();
        foreach (var key in new[] { "story:1", "story:1:comments", "story:2" })
            await app.Services.SetAsync(key, key == "story:2" ? "article:2" : "article:1");
        await app.GetAsync("/page");
        await app.GetAsync("/page");
        await using var page = await OpenAsync(app);

        await SearchAsync(page, "article:1");
        await ShowsAsync(page, "#found tr.entry", 2);
        await PressAsync(page, "#evict");
        Assert.Equal("Evict article:1?", await TextAsync(page, "#confirm-title"));
        Assert.Equal("confirm-no", await page.EvaluateExpressionAsync<string>("document.activeElement.id"));
        await PressAsync(page, "#confirm-no");
        Assert.NotNull(await app.Services.GetAsync("story:1"));
        await PressAsync(page, "#evict");
        await PressAsync(page, "#confirm-yes");

        await SaysAsync(page, "Evicted: article:1.");
        await ShowsAsync(page, "#found tr.entry", 0);
        Assert.Null(await app.Services.GetAsync("story:1"));
        Assert.Null(await app.Services.GetAsync("story:1:comments"));
        Assert.NotNull(await app.Services.GetAsync("story:2"));
        await ShowsAsync(page, "#evictions .tag", 1);
        await page.WaitForFunctionAsync("() => document.querySelectorAll('#chart-rate .stack[d]:not([d=\"\"])').length > 0");

        await page.SelectAsync("#find-status", "");
        await PressAsync(page, "#find-go");
        await ShowsAsync(page, "#found .status.invalidated", 2);
        Assert.Equal("tag article:1 evicted", await TextAsync(page, "#found .why"));
        await TakePicturesAsync(page);
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task Text_WithWhatCannotBeSeen_IsShownEscapedAndUnderstoodSo()
    {
        await using var app = await StartAsync();
        await using var page = await OpenAsync(app);
        string[] hidden = ["\u001b", "\u00a0", "\u00ad", "\u034f", "\u061c", "\u115f", "\u180e", "\u2003", "\u200b", "\u200d", "\u200f", "\u2028", "\u202e", "\u2066", "\u2800", "\u3164", "\ue000", "\ufe0f", "\ufeff", "\U000e0041", "\U000e0100"];
        var shown = await page.EvaluateFunctionAsync<string[]>("texts => texts.map(shown)", (object)hidden);
        Assert.Equal(hidden.Select(static text => string.Concat(text.Select(static half => half < 256 ? $"\\x{(int)half:x2}" : $"\\u{(int)half:x4}"))), shown);
        Assert.Equal(hidden, await page.EvaluateFunctionAsync<string[]>("texts => texts.map(text => typed(shown(text)))", (object)hidden));
        Assert.Equal("a é中😀ñ [x]", await page.EvaluateFunctionAsync<string>("shown", "a é中😀ñ [x]"));

        const string Tag = "pay\u202egnp.exe";
        await app.Services.SetAsync("k\u200b1", Tag);
        await SearchAsync(page, "pay\\u202egnp.exe");
        await ShowsAsync(page, "#found tr.entry", 1);
        var text = await TextAsync(page, "#found");
        Assert.Contains("k\\u200b1", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', text);
    }

    [Theory]
    [InlineData(1, 0, "Redis responds, evictions are being compared")]
    [InlineData(0, 1, "Redis responds, but messages do not arrive: evictions by other instances take up to two seconds")]
    [InlineData(0, 0, "Redis answers")]
    public async Task State_OfPartitions_SaysWhatIsMissing(int untrusted, int silent, string said)
    {
        await using var app = await StartAsync();
        await using var page = await OpenAsync(app);
        Assert.Equal(said, await page.EvaluateFunctionAsync<string>(
            "(untrusted, silent) => { showStatus({ isEnabled: true, isAnswering: true, untrustedPartitions: untrusted, silentPartitions: silent }); return byId('state-text').textContent; }", untrusted, silent));
    }

    [Fact]
    public async Task RemoveAndExpire_Clicked_DoSo()
    {
        await using var app = await StartAsync();
        foreach (var key in new[] { "a", "b" })
            await app.Services.SetAsync(key, "t");
        await using var page = await OpenAsync(app);
        await SearchAsync(page, "t");
        await ShowsAsync(page, "#found .status.fresh", 2);
        await PressAsync(page, "#expire");
        await PressAsync(page, "#confirm-yes");
        await SaysAsync(page, "Expired: t.");
        await ShowsAsync(page, "#found .status.stale", 2);

        await PressAsync(page, "button[aria-label='Remove a']");
        await PressAsync(page, "#confirm-yes");
        await SaysAsync(page, "Removed: a.");
        await ShowsAsync(page, "#found tr.entry", 1);
        Assert.Null(await app.Services.GetAsync("a"));
        Assert.NotNull(await app.Services.GetAsync("b"));
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task KeysTagsAndPayloads_ThatAreMarkup_AreShownAsText()
    {
        await using var app = await StartAsync(options => options.ShowPayloads = true);
        await app.Services.SetAsync("k" + Hostile, "t" + Hostile, "v" + Hostile);
        await app.Store.EvictByTagAsync("other" + Hostile, TestContext.Current.CancellationToken);
        await using var page = await OpenAsync(app);
        await SearchAsync(page, "t" + Hostile);
        await ShowsAsync(page, "#found tr.entry", 1);
        Assert.Equal("k" + Hostile, await TextAsync(page, "#found button.key"));
        await PressAsync(page, "#found button.key");
        await page.WaitForSelectorAsync("#found pre");
        Assert.Contains("taken", await TextAsync(page, "#found pre"), StringComparison.Ordinal);
        await ShowsAsync(page, "#evictions .tag", 1);
        Assert.Equal("other" + Hostile, await TextAsync(page, "#evictions .tag"));
        Assert.Equal("RedisTagCache", await page.GetTitleAsync());
        Assert.Equal(0, await page.EvaluateExpressionAsync<int>("document.querySelectorAll('main img, main script').length"));
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task ReadOnly_HasNoButtonsThatChangeAnything()
    {
        await using var app = await StartAsync(options => options.IsReadOnly = true);
        await app.Services.SetAsync("a", "t");
        await using var page = await OpenAsync(app);
        await SearchAsync(page, "t");
        await ShowsAsync(page, "#found tr.entry", 1);
        await ShowsAsync(page, "#evict, #expire, button.remove", 0);
        Assert.Empty(_complaints);
    }

    private Task<PageApp> StartAsync(Action<RedisTagCacheEndpointOptions>? configure = null) =>
        OperationsApp.StartAsync(redis.ConnectionString, _prefix, configure, services: services => services.AddAntiforgery());

    private Task<IPage> OpenAsync(PageApp app) => chromium.OpenAsync(new Uri(app.Client.BaseAddress!, "/_cache"), _complaints);

    private static async Task SearchAsync(IPage page, string tag)
    {
        await page.TypeAsync("#find-text", tag);
        await PressAsync(page, "#find-go");
    }

    /// <summary>Presses a button by the keyboard, which also finds one that moves as news comes in.</summary>
    private static async Task PressAsync(IPage page, string selector)
    {
        await page.FocusAsync(selector);
        await page.Keyboard.PressAsync("Enter");
    }

    private static async Task ShowsAsync(IPage page, string selector, int count) =>
        await page.WaitForFunctionAsync("(selector, count) => document.querySelectorAll(selector).length === count", new WaitForFunctionOptions(), selector, count);

    private static async Task SaysAsync(IPage page, string text) =>
        await page.WaitForFunctionAsync("text => document.getElementById('find-result').textContent === text", new WaitForFunctionOptions(), text);

    private static Task<string> TextAsync(IPage page, string selector) => page.EvaluateFunctionAsync<string>("selector => document.querySelector(selector).textContent", selector);

    private static async Task TakePicturesAsync(IPage page)
    {
        var grounds = new HashSet<string>();
        foreach (var (width, height, name) in new[] { (390, 844, "narrow"), (1440, 900, "wide") })
        {
            await page.SetViewportAsync(new ViewPortOptions { Width = width, Height = height });
            foreach (var scheme in new[] { "light", "dark" })
            {
                await page.EmulateMediaFeaturesAsync([new MediaFeatureValue { MediaFeature = MediaFeature.PrefersColorScheme, Value = scheme }]);
                Assert.True(await page.EvaluateExpressionAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), $"{name} is wider than the window");
                grounds.Add(await page.EvaluateExpressionAsync<string>("getComputedStyle(document.body).backgroundColor"));
                var picture = Chromium.PictureOf($"{name}-{scheme}");
                await page.ScreenshotAsync(picture, new ScreenshotOptions { FullPage = true });
                Assert.True(new FileInfo(picture).Length > 10_000, picture);
            }
        }

        Assert.Equal(2, grounds.Count);
    }
}
