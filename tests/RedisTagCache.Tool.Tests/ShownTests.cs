using System.Globalization;
using RedisTagCache.TestSupport;
using RedisTagCache.Tool.Output;

namespace RedisTagCache.Tool.Tests;

/// <summary>What is printed can be read, copied and given back.</summary>
public sealed class ShownTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Theory]
    [InlineData("\u001b", "\\x1b")]
    [InlineData("\u00a0", "\\xa0")]
    [InlineData("\u00ad", "\\xad")]
    [InlineData("\u034f", "\\u034f")]
    [InlineData("\u061c", "\\u061c")]
    [InlineData("\u115f", "\\u115f")]
    [InlineData("\u180e", "\\u180e")]
    [InlineData("\u2003", "\\u2003")]
    [InlineData("\u200b", "\\u200b")]
    [InlineData("\u200d", "\\u200d")]
    [InlineData("\u200f", "\\u200f")]
    [InlineData("\u2028", "\\u2028")]
    [InlineData("\u202e", "\\u202e")]
    [InlineData("\u2066", "\\u2066")]
    [InlineData("\u2800", "\\u2800")]
    [InlineData("\u3164", "\\u3164")]
    [InlineData("\ue000", "\\ue000")]
    [InlineData("\ufe0f", "\\ufe0f")]
    [InlineData("\ufeff", "\\ufeff")]
    [InlineData("\U000e0041", "\\udb40\\udc41")]
    [InlineData("\U000e0100", "\\udb40\\udd00")]
    [InlineData("\\x1b", "\\x5cx1b")]
    [InlineData("\\\\", "\\\\")]
    [InlineData("a b", "a b")]
    [InlineData("é中😀ñ", "é中😀ñ")]
    [InlineData("[red]x[/]", "[red]x[/]")]
    public void Text_WithWhatCannotBeSeen_IsShownEscapedAndUnderstoodSo(string text, string shown)
    {
        Assert.Equal("<" + shown + ">", Shown.Of("<" + text + ">"));
        Assert.Equal("<" + text + ">", Shown.Meant("<" + shown + ">"));
    }

    [Fact]
    public void Text_WithHalfAPair_IsShownEscapedAndUnderstoodSo()
    {
        Assert.Equal("a\\ud83db", Shown.Of("a\ud83db"));
        Assert.Equal("a\ud83db", Shown.Meant("a\\ud83db"));
    }

    [Fact]
    public async Task Table_WithLongKeys_IsNotWrappedWhereItIsNotATerminalOrIsWide()
    {
        var prefix = "t" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        await using var application = Instance.Create(redis.ConnectionString, options => options.KeyPrefix = prefix);
        var key = new string('k', 500);
        string[] tags = [.. Enumerable.Range(0, 200).Select(static i => $"tag-{i}-{new string('t', 100)}")];
        await application.Store.WriteAsync(key, "v", tags);
        foreach (var command in (string[][])[["find"], ["inspect", key]])
        {
            string[] args = [.. command, "-c", redis.ConnectionString, "-p", prefix];
            foreach (var run in new[] { await ToolRun.StartAsync(args), await ToolRun.StartAsync([.. args, "--wide"], answer: "") })
            {
                Assert.Contains(key, run.Out, StringComparison.Ordinal);
                Assert.Contains(string.Join(' ', tags), run.Out, StringComparison.Ordinal);
                Assert.DoesNotContain("wrapped", run.Out, StringComparison.Ordinal);
            }

            var narrow = await ToolRun.StartAsync(args, answer: "");
            Assert.DoesNotContain(key, narrow.Out, StringComparison.Ordinal);
            Assert.Contains("Add --wide", narrow.Out, StringComparison.Ordinal);
        }

        await application.Store.RemoveAsync(StoreExtensions.Page(key));
        await application.Store.WriteAsync("k", "v");
        Assert.DoesNotContain("Add --wide", (await ToolRun.StartAsync(["find", "-c", redis.ConnectionString, "-p", prefix], answer: "")).Out, StringComparison.Ordinal);
    }
}
