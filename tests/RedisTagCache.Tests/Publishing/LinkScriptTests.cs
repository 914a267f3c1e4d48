namespace RedisTagCache.Tests.Publishing;

/// <summary>A site with a dead link is found, and one without is not.</summary>
public sealed class LinkScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("site-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("a/b.html")]
    [InlineData("a/b.html#place")]
    [InlineData("a/b.html?q=1#place")]
    [InlineData("a/")]
    [InlineData("./a/../style.css")]
    [InlineData("#here")]
    [InlineData("https://example.com/none.html")]
    public async Task Links_LiveLink_Succeeds(string link)
    {
        var (code, output) = await RunAsync(link);

        Assert.True(code == 0, output);
        Assert.Contains(" 0 dead.", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/c.html", "which does not exist")]
    [InlineData("../a/b.html", "which does not exist")]
    [InlineData("b.html", "which does not exist")]
    [InlineData("/a/b.html", "which depends on where the site is")]
    [InlineData("a/b.html#none", "the page has no such place")]
    [InlineData("#place", "the page has no such place")]
    public async Task Links_DeadLink_Fails(string link, string expected)
    {
        var (code, output) = await RunAsync(link);

        Assert.Equal(1, code);
        Assert.Contains($"index.html refers to {link}, ", output, StringComparison.Ordinal);
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_SiteWithoutPages_Fails()
    {
        var (code, output) = await ScriptRun.OfAsync("links", [_folder]);

        Assert.Equal(1, code);
        Assert.Contains("has no pages", output, StringComparison.Ordinal);
    }

    private Task<(int ExitCode, string Output)> RunAsync(string link)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "a"));
        File.WriteAllText(Path.Combine(_folder, "style.css"), "");
        File.WriteAllText(Path.Combine(_folder, "a", "index.html"), "<p>Front</p>");
        File.WriteAllText(Path.Combine(_folder, "a", "b.html"), """<link rel="stylesheet" href="../style.css"><h2 class="x" id="place">Place</h2><a href="../index.html#here">Back</a>""");
        File.WriteAllText(Path.Combine(_folder, "index.html"), $"""<h1 id="here">Here</h1><a class="x" href="{link}">Link</a>""");
        return ScriptRun.OfAsync("links", [_folder]);
    }
}
