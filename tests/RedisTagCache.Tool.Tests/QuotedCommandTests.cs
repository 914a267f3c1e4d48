using System.Text.RegularExpressions;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tool.Tests;

/// <summary>Command lines that pages show are ones that the tool takes.</summary>
public sealed partial class QuotedCommandTests
{
    private static readonly string[] _changing = ["evict", "expire", "remove", "reclaim"];

    /// <summary>Shown to say that it is rejected.</summary>
    private const string Rejected = "evict -r hybrid post:1 --yes";

    public static IEnumerable<TheoryDataRow<string, string>> Commands =>
        Directory.GetFiles(Repository.Folder("docs"), "*.md").Concat(Directory.GetFiles(Repository.Folder("src"), "PACKAGE.md", SearchOption.AllDirectories)).Append(Repository.Folder("README.md"))
            .SelectMany(path => CommandsIn(File.ReadAllText(path)).Select(command => new TheoryDataRow<string, string>(Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'), command)))
            .DistinctBy(row => row.Data);

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Command_ShownOnAPage_IsTaken(string page, string command)
    {
        var words = Word().Matches(command).Select(match => match.Value.Trim('\'', '"')).ToList();
        var connection = words.FindIndex(word => word is "-c" or "--connection");
        if (connection >= 0)
            words.RemoveRange(connection, 2);
        words.InsertRange(1, ["-c", "127.0.0.1:1"]);
        if (!words.Contains("--timeout"))
            words.InsertRange(1, ["--timeout", "0.1"]);
        if (_changing.Contains(words[0]) && !words.Contains("--yes") && !words.Contains("-y"))
            words.Insert(1, "--yes");

        var run = await ToolRun.StartAsync([.. words]);

        // A server without a client ends at once.
        Assert.True(words[0] == "mcp" ? run.Code == ExitCode.Ok : run.Code is ExitCode.Unreachable or ExitCode.Problem, $"{page}: redistagcache {command}\n{run.Error}"); // doctor takes an address without a listener for a problem
    }

    [Fact]
    public void Commands_OnPages_AreFound() => Assert.InRange(Commands.Count(), 15, 200);

    private static IEnumerable<string> CommandsIn(string page) =>
        Block().Matches(page).Concat(Inline().Matches(page)).Select(match => match.Groups[1].Value.Split(" #")[0].Trim()).Where(command => command is not (Rejected or "evict" or "expire" or "remove" or "inspect") && !command.StartsWith('-'));

    [GeneratedRegex(@"^(?:\$ )?redistagcache ([^\n]+)$", RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex("`redistagcache ([^`\n]+)`")]
    private static partial Regex Inline();

    [GeneratedRegex(@"""[^""]*""|'[^']*'|\S+")]
    private static partial Regex Word();
}
