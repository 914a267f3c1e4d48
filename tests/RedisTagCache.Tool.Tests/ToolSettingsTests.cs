using System.Globalization;
using System.Text.Json;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tool.Tests;

/// <summary>The connection and the cache that a command line means.</summary>
public sealed class ToolSettingsTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Theory]
    [InlineData("cache.invalid", "cache.invalid:6379")]
    [InlineData("cache.invalid,ssl=true", "cache.invalid:6380")]
    [InlineData("cache.invalid,serviceName=main", "cache.invalid:26379")]
    [InlineData("cache.invalid:7000", "cache.invalid:7000")]
    public async Task Connection_WithoutAPort_HasTheDefaultPort(string connection, string shown)
    {
        var stats = await ToolRun.StartAsync("stats", "-c", connection, "--timeout", "1");
        Assert.Equal((ExitCode.Unreachable, $"Cannot connect to {shown}."), (stats.Code, stats.Error.Split('\n')[0].Trim()));
        var doctor = await ToolRun.StartAsync("doctor", "-c", connection, "--timeout", "1", "--json");
        Assert.Contains(shown, doctor.Json.GetProperty("findings")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("default")]
    [InlineData("Default")]
    public async Task Cache_Default_IsTheCacheWithoutAName(string name)
    {
        var prefix = "t" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        await using var application = Instance.Create(redis.ConnectionString, options => options.KeyPrefix = prefix);
        await application.Store.WriteAsync("post/9", "v", "t");
        var folder = Directory.CreateTempSubdirectory("rtc-tool-").FullName;
        var settings = new { RedisTagCache = new { Configuration = redis.ConnectionString, KeyPrefix = prefix, BuildNamespace = "test" } };
        await File.WriteAllTextAsync(Path.Combine(folder, "appsettings.json"), JsonSerializer.Serialize(settings), TestContext.Current.CancellationToken);
        var run = await ToolRun.StartAsync(["inspect", "post/9", "-r", "pages", "--cache", name], null, folder: folder);
        Directory.Delete(folder, recursive: true);
        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Error));
    }

    [Fact]
    public async Task Cache_NameThatNoCacheCanHave_IsRefused()
    {
        var run = await ToolRun.StartAsync("stats", "-c", "127.0.0.1:1", "--timeout", "0.1", "--cache", "a b");
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains("The name of a cache must be 1 to 32", run.Error, StringComparison.Ordinal);
    }
}
