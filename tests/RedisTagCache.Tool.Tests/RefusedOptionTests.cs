namespace RedisTagCache.Tool.Tests;

/// <summary>What has no effect on a command is refused, and never taken for something else. No command of these gets as far as a connection.</summary>
public sealed class RefusedOptionTests
{
    private static readonly string[] _all = ["--prefix p", "-p p", "--build-namespace b", "-b b", "--region s", "-r s", "--yes", "-y", "--wide", "-w"];

    private static readonly Dictionary<string, string[]> _heeded = new()
    {
        ["doctor"] = ["prefix"],
        ["stats"] = ["prefix", "build-namespace", "region", "wide"],
        ["find"] = ["prefix", "build-namespace", "region", "wide"],
        ["inspect KEY"] = ["prefix", "build-namespace", "region", "wide"],
        ["evict TAG"] = ["prefix", "yes"],
        ["expire TAG"] = ["prefix", "yes"],
        ["remove KEY"] = ["prefix", "build-namespace", "region", "yes"],
        ["reclaim"] = ["prefix", "yes"],
        ["reclaim --other-builds-older-than 7d"] = ["prefix", "build-namespace", "yes"],
        ["bench"] = ["prefix"],
        ["mcp"] = ["prefix", "build-namespace"],
    };

    public static IEnumerable<TheoryDataRow<string, string, bool>> Options =>
        from command in _heeded
        from option in _all
        select new TheoryDataRow<string, string, bool>(command.Key, option, command.Value.Any(name => option.StartsWith("--" + name, StringComparison.Ordinal) || option.StartsWith("-" + name[0], StringComparison.Ordinal) && option[1] != '-'));

    [Theory]
    [MemberData(nameof(Options))]
    public async Task Option_OfACommand_IsHeededOrRefused(string command, string option, bool isHeeded)
    {
        var words = command.Split(' ');
        foreach (var args in (string[][])[[.. words, .. option.Split(' ')], [words[0], .. option.Split(' '), .. words[1..]]])
        {
            var run = await ToolRun.StartAsync([.. args, "-c", "127.0.0.1:1", "--timeout", "0.1"]);
            if (isHeeded)
            {
                Assert.Equal(command == "mcp" ? ExitCode.Ok : ExitCode.Unreachable, run.Code); // it waits for a call, and there is no client
                continue;
            }

            Assert.Equal(ExitCode.Usage, run.Code);
            Assert.Contains("has no effect", run.Error, StringComparison.Ordinal);
            Assert.Equal("", run.Out);
        }
    }

    [Theory]
    [InlineData("evict", "--surfce", "hybrid", "post:1")]
    [InlineData("evict", "--other-builds-older-than", "7d", "post:1")]
    [InlineData("evict", "-x", "post:1")]
    [InlineData("expire", "--tag", "post:1")]
    [InlineData("evict", "post:1", "--dry-run")]
    [InlineData("inspect", "--key")]
    [InlineData("remove", "--paylod")]
    [InlineData("reclaim", "--dry-rn")]
    [InlineData("find", "post:1")]
    [InlineData("stats", "--limit", "5")]
    [InlineData("stats", "--max-keys", "0", "--region", "hybrid")]
    [InlineData("find", "--wide", "--json")]
    [InlineData("mcp", "--json")]
    [InlineData("--json", "mcp")]
    [InlineData("mcp", "--allow-eviction")]
    [InlineData("mcp", "--allow-evictions", "posts")]
    [InlineData("find", "--tag", "a", "--path", "/a")]
    public async Task Word_ThatMeansNothing_IsRefused(params string[] args)
    {
        var run = await ToolRun.StartAsync([.. args, "-c", "127.0.0.1:1", "--timeout", "0.1"]);
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.NotEqual("", run.Error + run.Out);
    }

    [Theory]
    [InlineData("find --status bad", "--status must be fresh, stale or invalidated, but was 'bad'.")]
    [InlineData("find --status 1", "--status must be fresh, stale or invalidated, but was '1'.")]
    [InlineData("find --status invalidated,fresh", "--status must be fresh, stale or invalidated, but was 'invalidated,fresh'.")]
    [InlineData("find --limit many", "--limit must be a whole number from 1 to 2,147,483,647, but was 'many'.")]
    [InlineData("find --limit 0", "--limit must be a whole number from 1")]
    [InlineData("find --max-keys 1.5", "--max-keys must be a whole number from 1")]
    [InlineData("stats --max-keys -1", "--max-keys must be a whole number from 0")]
    [InlineData("stats --timeout soon", "--timeout must be a number from 0.1 to 60, but was 'soon'.")]
    [InlineData("stats --timeout NaN", "--timeout must be a number from 0.1 to 60, but was 'NaN'.")]
    [InlineData("reclaim --page-size 9", "--page-size must be a whole number from 10 to 10,000, but was '9'.")]
    [InlineData("reclaim --pause x", "--pause must be a whole number from 0 to 10,000, but was 'x'.")]
    [InlineData("bench --callers 0", "--callers must be a whole number from 1 to 1,000, but was '0'.")]
    [InlineData("bench --size x", "--size must be a whole number from 1 to 10,000,000, but was 'x'.")]
    [InlineData("mcp --call-timeout 0.5", "--call-timeout must be a number from 1 to 600, but was '0.5'.")]
    [InlineData("bench --seconds 61", "--seconds must be a number from 0.1 to 60, but was '61'.")]
    public async Task Value_ThatIsNotAllowed_IsAnsweredWithWhatIs(string line, string said)
    {
        var run = await ToolRun.StartAsync(line.Split(' '));
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("RedisTagCache.", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TAG", "evict", "--yes", "")]
    [InlineData("TAG", "evict", "--yes", "post:1", "")]
    [InlineData("TAG", "expire", "--yes", "")]
    [InlineData("KEY", "remove", "--yes", "")]
    [InlineData("KEY", "inspect", "")]
    [InlineData("--path", "evict", "--yes", "--path", "")]
    [InlineData("--path", "find", "--path", "")]
    [InlineData("--tag", "find", "--tag", "")]
    [InlineData("--key", "find", "--key", "")]
    [InlineData("--region", "remove", "--yes", "post/1", "--region", "")]
    [InlineData("--build-namespace", "stats", "-b", "")]
    [InlineData("--cache", "stats", "--cache", "")]
    [InlineData("--prefix", "stats", "-p", "")]
    public async Task Value_Empty_IsRefused(string name, params string[] args)
    {
        var run = await ToolRun.StartAsync([.. args, "-c", "127.0.0.1:1", "--timeout", "0.1"]);
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains($"{name} must not be empty.", run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.Out);
    }

    [Fact]
    public async Task Help_OfACommand_ListsOnlyWhatItHeeds()
    {
        var help = (await ToolRun.StartAsync("evict", "--help")).Out;
        Assert.Contains("--yes", help, StringComparison.Ordinal);
        Assert.DoesNotContain("--region", help, StringComparison.Ordinal);
        Assert.Contains("--region", (await ToolRun.StartAsync("find", "--help")).Out, StringComparison.Ordinal);
    }
}
