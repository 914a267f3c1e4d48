using RedisTagCache.Reach;

namespace RedisTagCache.Tests.Architecture;

/// <summary>The counting itself, on an example of two folders with one type in each file.</summary>
public sealed class WalkTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("reach").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("Used.Call();", "Used")]
    [InlineData("Action later = () => Used.Call();", "Used")]
    [InlineData("Action later = Used.Call;", "Used")]
    [InlineData("void Local() => Used.Call(); Local();", "Used")]
    [InlineData("Through();", "Used")]
    [InlineData("_ = _field;", "Used")]
    [InlineData("_ = _initialized;", "Used")]
    [InlineData("_ = typeof(Used);", "Used")]
    [InlineData("_ = new Used();", "Used Part")]
    [InlineData("_ = new Used().Part;", "Used Part")]
    [InlineData("using var used = new Used();", "Used Part Disposed")]
    [InlineData("foreach (var item in new Used()) { }", "Used Part Walked")]
    [InlineData("int number = new Used();", "Used Part Converted")]
    [InlineData("_contract.Do();", "IContract Implementation Part")]
    [InlineData("_ = nameof(Used);", "")]
    [InlineData("Marked();", "")]
    [InlineData("", "")]
    public void From_EntryMethod_FindsWhatItUses(string body, string expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        var code = Example(body);
        var files = Walk.From(code, code.ImplementationsOf("Example", "Example.IEntry", "Run")).Select(reached => Path.GetFileNameWithoutExtension(reached.File)).Where(name => name != "Entry");
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("var part = Entry.Make();")]
    [InlineData("_ = Entry.Make().Name;")]
    [InlineData("_ = new Used().Part;")]
    [InlineData("_ = nameof(Below.Part);")]
    public void Dependencies_OfInferredTypes_AreFound(string body) => Assert.Contains("Example/Below", Folders.Dependencies(Example(body, "Other"))["Example/Above"].Keys);

    [Fact]
    public void Dependencies_WithoutUse_AreNone() => Assert.Empty(Folders.Dependencies(Example("", "Other"))["Example/Above"]);

    private SourceCode Example(string body, string user = "Entry")
    {
        Write("Example.csproj", "<Project />");
        Write("Entry.cs", $$"""
            namespace Example;
            internal interface IEntry { void Run(); }
            internal sealed class Entry : IEntry
            {
                private static Used? _field;
                private static IContract _contract = null!;
                private static object _initialized = Used.Call;
                public void Run() { {{(user == "Entry" ? body : "")}} }
                public static Below.Part Make() => new();
                private static void Through() => Used.Call();
                [Obsolete(nameof(Used))] private static void Marked() { }
            }
            """);
        Write("Used.cs", """
            namespace Example;
            internal sealed class Used : IDisposable
            {
                public Below.Part Part { get; } = new();
                public Used() => _ = Part;
                public static void Call() { }
                public void Dispose() => Disposed.Call();
                public IEnumerator<int> GetEnumerator() => Walked.Call();
                public static implicit operator int(Used used) => Converted.Call();
            }
            """);
        Write("IContract.cs", "namespace Example; internal interface IContract { void Do(); }");
        Write("Implementation.cs", "namespace Example; internal sealed class Implementation : IContract { public void Do() => new Below.Part(); }");
        Write("Disposed.cs", "namespace Example; internal static class Disposed { public static void Call() { } }");
        Write("Walked.cs", "namespace Example; internal static class Walked { public static IEnumerator<int> Call() => throw new(); }");
        Write("Converted.cs", "namespace Example; internal static class Converted { public static int Call() => 0; }");
        Write("Below/Part.cs", "namespace Example.Below; internal sealed class Part { public string Name => \"\"; }");
        Write("Above/Other.cs", $$"""namespace Example.Above; internal static class Other { public static void Run() { {{(user == "Other" ? body : "")}} } }""");
        return SourceCode.Load(_root);
    }

    private void Write(string file, string text)
    {
        var path = Path.Combine(_root, "src", "Example", file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
