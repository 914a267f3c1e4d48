using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using RedisTagCache.Scripts;

namespace RedisTagCache.Tests.Scripts;

/// <summary>Each script, its header and its type in C# say the same.</summary>
public sealed partial class ScriptFileTests
{
    public static TheoryData<string> Files => [.. ScriptFiles.ByName.Keys];

    private static Dictionary<string, (string[] UsedBy, string Text)> Functions { get; } = FunctionPattern().Matches(ScriptFiles.Prelude)
        .ToDictionary(static match => match.Groups[2].Value, static match => (match.Groups[1].Value.Split(' '), match.Groups[3].Value));

    [Fact]
    public void Types_OfScripts_StandForExactlyTheFiles() =>
        Assert.Equal(
            ScriptFiles.ByName.Keys.Order(StringComparer.Ordinal),
            ScriptFiles.Types.Select(type => ScriptFiles.Script(type).Name + ".lua").Order(StringComparer.Ordinal));

    [Fact]
    public void Types_OfScripts_AreNamedAfterTheirFiles() =>
        Assert.All(ScriptFiles.Types, type => Assert.Equal(type.Name, PascalCase(ScriptFiles.Script(type).Name) + "Script"));

    [Theory]
    [MemberData(nameof(Files))]
    public void Header_OfAnyScript_NamesTheKeysAndArgumentsOfItsType(string file)
    {
        var type = TypeOf(file);
        Assert.Equal(ScriptFiles.Names(type, "KeyNames"), NamesIn(Header(file, "KEYS")));
        Assert.Equal(ScriptFiles.Names(type, "ArgumentNames"), NamesIn(Header(file, "ARGV")));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Header_OfAnyScript_TellsPurposeReplyAndCost(string file)
    {
        Assert.StartsWith("-- Purpose: ", ScriptFiles.ByName[file], StringComparison.Ordinal);
        Assert.All(["Purpose", "Reply", "Cost"], part => Assert.True(Header(file, part).Length > 3, part));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Body_OfAnyScript_UsesTheKeysAndArgumentsItNames(string file)
    {
        var type = TypeOf(file);
        var arguments = ScriptFiles.Names(type, "ArgumentNames");
        var body = string.Join('\n', ScriptFiles.ByName[file].Split('\n').Where(line => !line.StartsWith("--", StringComparison.Ordinal)));
        var keys = ScriptFiles.Names(type, "KeyNames");

        // What is repeated is taken in a loop, and so not by number.
        Assert.Equal(Enumerable.Range(1, keys.Count(name => !IsRepeated(name))), Indexes(body, "KEYS"));
        Assert.Equal(Enumerable.Range(1, arguments.Count(name => !IsRepeated(name))), Indexes(body, "ARGV"));
        Assert.Equal(keys.Concat(arguments).Any(IsRepeated), Regex.IsMatch(body, @"#(KEYS|ARGV)(?!\[)"));

        static bool IsRepeated(string name) => name.EndsWith("...", StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Body_OfAnyScript_NamesNoKeyOfItsOwn(string file) =>
        Assert.All(
            CallPattern().Matches(ScriptFiles.ByName[file]).Select(match => (Command: match.Groups[1].Value, Key: match.Groups[2].Value)),
            call => Assert.True(call.Command is "INFO" or "TIME" || KeyPattern().IsMatch(call.Key), $"{call.Command} {call.Key}"));

    [Theory]
    [MemberData(nameof(Files))]
    public void File_OfAnyScript_IsShort(string file) => Assert.True(ScriptFiles.ByName[file].Split('\n').Length < 80);

    [Theory]
    [MemberData(nameof(Files))]
    public void Load_OfAnyScript_IsItsPreludeAndItsFileUnderTheHashOfBoth(string file)
    {
        var script = EmbeddedScript.Load(Path.GetFileNameWithoutExtension(file));
        var text = string.Concat(PreludeOf(file).Select(static name => Functions[name].Text)) + ScriptFiles.ByName[file];
        Assert.Equal(text, script.Text);
        Assert.Equal(script.Text, ScriptFiles.Script(TypeOf(file)).Text);
#pragma warning disable CA5350 // The server's own name for a script.
        Assert.Equal(SHA1.HashData(Encoding.ASCII.GetBytes(text)), script.Hash);
#pragma warning restore CA5350
        Assert.True(Ascii.IsValid(script.Text)); // and without a byte order mark, which would be hashed too
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Prelude_OfAnyScript_IsWhatItCalls(string file)
    {
        var called = Functions.Keys.Where(name => IsCalled(name, ScriptFiles.ByName[file]) || PreludeOf(file).Any(other => other != name && IsCalled(name, Functions[other].Text)));
        Assert.Equal(called.Order(StringComparer.Ordinal), PreludeOf(file));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Prelude_OfAnyScript_DefinesFunctionsBeforeTheirUse(string file)
    {
        var prelude = PreludeOf(file);
        for (var i = 0; i < prelude.Length; i++)
            Assert.DoesNotContain(prelude[(i + 1)..], later => IsCalled(later, Functions[prelude[i]].Text));
    }

    [Fact]
    public void Prelude_OfAllScripts_SaysWhoUsesIt()
    {
        Assert.Equal(4, Functions.Count);
        Assert.All(Functions, static function => Assert.Equal(
            ScriptFiles.ByName.Keys.Where(file => PreludeOf(file).Contains(function.Key)).Select(static file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal),
            function.Value.UsedBy));
    }

    [Fact]
    public void Prelude_OfAllScripts_NamesNoKey() =>
        Assert.All(Functions.Values, static function =>
        {
            var parameters = ParametersPattern().Match(function.Text).Groups[1].Value.Split(", ");
            Assert.All(
                CallPattern().Matches(function.Text).Select(static match => (Command: match.Groups[1].Value, Key: match.Groups[2].Value)),
                call => Assert.True(call.Command is "INFO" or "TIME" || parameters.Contains(call.Key), $"{call.Command} {call.Key}"));
        });

    [Fact]
    public void Load_OfWhatIsNotEmbedded_NamesIt() =>
        Assert.Contains("no_such", Assert.Throws<InvalidOperationException>(() => EmbeddedScript.Load("no_such")).Message, StringComparison.Ordinal);

    private static bool IsCalled(string function, string text) => Regex.IsMatch(text, $@"(?<!local function )\b{function}\(");

    private static Type TypeOf(string file) => Assert.Single(ScriptFiles.Types, type => ScriptFiles.Script(type).Name + ".lua" == file);

    private static string[] PreludeOf(string file) =>
        ScriptFiles.ByName[file].Split('\n').SingleOrDefault(static line => line.StartsWith("-- Prelude: ", StringComparison.Ordinal)) is { } line ? line["-- Prelude: ".Length..].Split(' ') : [];

    private static string Header(string file, string part)
    {
        var start = $"-- {part}: ";
        var header = ScriptFiles.ByName[file].Split('\n').TakeWhile(line => line.StartsWith("--", StringComparison.Ordinal));
        return Assert.Single(header, line => line.StartsWith(start, StringComparison.Ordinal))[start.Length..];
    }

    private static string[] NamesIn(string header) => header == "none" ? [] : header.Split(' ');

    private static IEnumerable<int> Indexes(string body, string array) =>
        Regex.Matches(body, array + @"\[(\d+)\]").Select(match => int.Parse(match.Groups[1].Value, null)).Distinct().Order();

    private static string PascalCase(string name) => string.Concat(name.Split('_').Select(part => char.ToUpperInvariant(part[0]) + part[1..]));

    [GeneratedRegex(@"-- Used by: (.+)\n(?=local function (\w+))((?:.*\n)*?end\n)")]
    private static partial Regex FunctionPattern();

    [GeneratedRegex(@"^local function \w+\(([\w, ]*)\)")]
    private static partial Regex ParametersPattern();

    [GeneratedRegex(@"^(KEYS\[(\d|i|i \+ 1|staged)\]|unpack\(leases)$")]
    private static partial Regex KeyPattern();

    [GeneratedRegex(@"redis\.p?call\('(\w+)'(?:, ([^,)]+))?")]
    private static partial Regex CallPattern();
}
