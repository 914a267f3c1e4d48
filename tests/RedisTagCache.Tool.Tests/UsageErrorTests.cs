namespace RedisTagCache.Tool.Tests;

/// <summary>With <c>--json</c>, every error is an object, also one of the command line.</summary>
public sealed class UsageErrorTests
{
    [Theory]
    [InlineData("nosuch")]
    [InlineData("evict", "--yes", "")]
    [InlineData("evict", "--region", "hybrid", "post:1")]
    [InlineData("find", "--limit", "many")]
    [InlineData("find", "--tag")]
    [InlineData("stats", "--wide")]
    [InlineData("stats", "--cache", "a b")]
    [InlineData("stats", "-p", "a b")]
    [InlineData("reclaim")]
    public async Task Error_WithJson_IsAnObject(params string[] args)
    {
        var run = await ToolRun.StartAsync(["--json", "--timeout", "0.1", .. args]);
        Assert.Equal((ExitCode.Usage, ""), (run.Code, run.Error));
        Assert.NotEqual("", run.Json.GetProperty("error").GetString());
        Assert.NotEqual("", run.Json.GetProperty("advice").GetString());
    }

    [Fact]
    public async Task Error_TwoAtOnceWithJson_NamesBoth()
    {
        var run = await ToolRun.StartAsync("find", "--json", "--limit", "0", "--max-keys", "0");
        var error = run.Json.GetProperty("error").GetString();
        Assert.Contains("--limit must be", error, StringComparison.Ordinal);
        Assert.Contains("--max-keys must be", error, StringComparison.Ordinal);
    }
}
