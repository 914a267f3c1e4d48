using System.Reflection;
using RedisTagCache.Scripts;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tests.Scripts;

/// <summary>The scripts by name: their files, and their types in C#.</summary>
internal static class ScriptFiles
{
    public static Dictionary<string, string> ByName { get; } =
        Directory.GetFiles(Repository.Folder("lua")).Where(file => Path.GetFileName(file)[0] != '_').ToDictionary(file => Path.GetFileName(file), File.ReadAllText);

    public static string Prelude { get; } = File.ReadAllText(Repository.Folder("lua", "_prelude.lua"));

    public static Type[] Types { get; } =
        [.. typeof(EmbeddedScript).Assembly.GetTypes().Where(type => type.Namespace == "RedisTagCache.Scripts" && type != typeof(EmbeddedScript) && type.Name.EndsWith("Script", StringComparison.Ordinal))];

    public static EmbeddedScript Script(Type type) => (EmbeddedScript)Member(type, "Script");

    public static string[] Names(Type type, string member) => (string[])Member(type, member);

    private static object Member(Type type, string name) =>
        type.GetField(name, BindingFlags.Static | BindingFlags.Public)?.GetValue(null) ?? throw new MissingFieldException(type.Name, name);
}
