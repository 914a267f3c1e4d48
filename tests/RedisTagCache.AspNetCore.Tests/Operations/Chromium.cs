using PuppeteerSharp;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Operations;

/// <summary>A headless Chromium with a profile of its own.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] _names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
    private readonly string _profile = Directory.CreateTempSubdirectory("rtc-chromium-").FullName;
    private IBrowser? _browser;

    private static bool IsRequired => RedisFixture.IsRealRedisRequired || Environment.GetEnvironmentVariable("CI") is { Length: > 0 };

    public async ValueTask InitializeAsync()
    {
        var executable = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/bin")
            .SelectMany(folder => _names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
        if (executable is null)
        {
            if (IsRequired)
                throw new InvalidOperationException("A browser is required, and neither Chromium nor Chrome was found.");
            return;
        }

        _browser = await Puppeteer.LaunchAsync(new LaunchOptions
        {
            ExecutablePath = executable,
            Headless = true,
            UserDataDir = _profile,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        Directory.Delete(_profile, recursive: true);
    }

    /// <summary>Opens a page. What it complains about, also what its own policy forbids it, is added to the list.</summary>
    public async Task<IPage> OpenAsync(Uri address, List<string> complaints)
    {
        if (_browser is null)
            Assert.Skip("This test needs Chromium, and none is installed.");
        var page = await _browser.NewPageAsync();
        page.DefaultTimeout = 60_000; // the machine may be busy
        page.PageError += (_, error) => complaints.Add(error.Message);
        page.Console += (_, line) =>
        {
            if (line.Message.Type is ConsoleType.Error or ConsoleType.Warning)
                complaints.Add(line.Message.Text);
        };
        await page.GoToAsync(address.ToString());
        return page;
    }

    /// <summary>Where pictures of a run are left to be looked at.</summary>
    public static string PictureOf(string name) => Path.Combine(Directory.CreateDirectory(Repository.Folder("artifacts", "screenshots")).FullName, name + ".png");
}
