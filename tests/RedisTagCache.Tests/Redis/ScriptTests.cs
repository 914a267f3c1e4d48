using System.Reflection;
using System.Text.RegularExpressions;
using RedisTagCache.Redis;
using RedisTagCache.Tests.Architecture;

namespace RedisTagCache.Tests.Redis;

/// <summary>Each script has one type, and its header says what that type says.</summary>
public sealed class ScriptTests
{
    public static TheoryData<string> Types => [.. ScriptTypes().Select(type => type.Name)];

    private static IEnumerable<Type> ScriptTypes() =>
        typeof(EmbeddedScript).Assembly.GetTypes().Where(type => type.Namespace == "RedisTagCache.Redis.Scripts" && type.Name.EndsWith("Script", StringComparison.Ordinal));

    [Fact]
    public void EveryScript_HasOneType_AndEveryTypeAScript()
    {
        var files = Repository.Sources("lua", "*.lua").Select(file => Path.GetFileNameWithoutExtension(file)!).Order();
        Assert.Equal(files, ScriptTypes().Select(type => Field<EmbeddedScript>(type, "Script").Name).Order());
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Header_NamesTheKeysAndArgumentsOfTheType(string name)
    {
        var type = ScriptTypes().Single(t => t.Name == name);
        var script = Field<EmbeddedScript>(type, "Script");
        Assert.Equal(File.ReadAllText(Path.Combine(Repository.Root, "lua", script.Name + ".lua")), script.Text);
        Assert.Equal(Field<string[]>(type, "KeyNames"), Words(script.Text, "KEYS"));
        Assert.Equal(Field<string[]>(type, "ArgumentNames"), Words(script.Text, "ARGV"));
        foreach (var heading in new[] { "Purpose", "Reply", "Cost" })
            Assert.Matches($"^-- {heading}: .+", script.Text[script.Text.IndexOf($"-- {heading}", StringComparison.Ordinal)..]);
    }

    private static T Field<T>(Type type, string name) => (T)type.GetField(name, BindingFlags.Static | BindingFlags.Public)!.GetValue(null)!;

    private static string[] Words(string text, string heading) =>
        Regex.Match(text, $"^-- {heading}: (.*)$", RegexOptions.Multiline).Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
