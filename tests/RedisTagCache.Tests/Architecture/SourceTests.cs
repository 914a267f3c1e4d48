using System.Text.RegularExpressions;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tests.Architecture;

/// <summary>What the files look like.</summary>
public sealed partial class SourceTests
{
    private static readonly string[] _sources = [.. Repository.Files("src", "*.cs"), .. Repository.Files("lua", "*.lua")];

    [Fact]
    public void Sources_Always_AreFound()
    {
        Assert.Contains(_sources, file => Path.GetFileName(file) == "ITagCacheStore.cs");
        Assert.Contains(_sources, file => Path.GetFileName(file) == "OutputCacheStoreAdapter.cs");
        Assert.Contains(_sources, file => Path.GetFileName(file) == "tag_invalidate.lua");
    }

    [Fact]
    public void Sources_Always_HaveAtMost300Lines() =>
        Assert.All(_sources, file => Assert.True(File.ReadLines(file).Count() <= 300, file));

    [Fact]
    public void Adapters_Always_HaveAtMost120Lines() =>
        Assert.All(_sources.Where(file => file.EndsWith("Adapter.cs", StringComparison.Ordinal)), file => Assert.True(File.ReadLines(file).Count() <= 120, file));

    [Fact]
    public void Sources_Always_CarryNoLeftovers() =>
        Assert.All(_sources, file => Assert.False(Leftovers().IsMatch(File.ReadAllText(file)), file));

    [Fact]
    public void Libraries_Always_KnowNoConsole() =>
        Assert.All(_sources.Where(file => !file.Contains("RedisTagCache.Tool", StringComparison.Ordinal)), file => Assert.False(Terminal().IsMatch(File.ReadAllText(file)), file));

    [Fact]
    public void Sources_Always_HaveOneScriptLanguage()
    {
        Assert.DoesNotContain(Repository.Files("src", "*"), file => file.EndsWith(".lua", StringComparison.Ordinal));
        Assert.DoesNotContain(_sources.Where(file => file.EndsWith(".cs", StringComparison.Ordinal)), file => File.ReadAllText(file).Contains("redis.call", StringComparison.Ordinal));
    }

    [Fact]
    public void Namespaces_OfSources_AreTheirFolders()
    {
        foreach (var file in _sources.Where(file => file.EndsWith(".cs", StringComparison.Ordinal) && Path.GetFileName(file) != "Program.cs"))
        {
            var folder = Path.GetDirectoryName(Path.GetRelativePath(Repository.Folder("src"), file))!.Replace(Path.DirectorySeparatorChar, '.').Replace("Management.Statistics", "Management", StringComparison.Ordinal); // one namespace for operators
            var declared = Namespace().Match(File.ReadAllText(file)).Groups[1].Value;
            Assert.Equal(SpaceOfExtensions(file) ?? folder, declared);
        }
    }

    [Fact]
    public void Tags_OfEntries_AreComparedWithTagInvalidationsInOnePlace()
    {
        string[] ofTheState = ["TagInvalidationTable.cs", "TagState.Sync.cs"];
        var files = _sources.Where(file => TagEpochs().IsMatch(File.ReadAllText(file))).Select(file => Path.GetFileName(file));
        Assert.Equal(["EntryValidator.cs"], files.Except(ofTheState));
    }

    /// <summary>Extension methods live where users look for them.</summary>
    private static string? SpaceOfExtensions(string path) =>
        Path.GetFileName(path) is not { } file ? null :
        file.EndsWith("ServiceCollectionExtensions.cs", StringComparison.Ordinal) || file.EndsWith("HealthChecksBuilderExtensions.cs", StringComparison.Ordinal) ? "Microsoft.Extensions.DependencyInjection"
            : file.EndsWith("HostApplicationBuilderExtensions.cs", StringComparison.Ordinal) ? "Microsoft.Extensions.Hosting"
            : file.EndsWith("Extensions.cs", StringComparison.Ordinal) && path.Contains("EntityFrameworkCore", StringComparison.Ordinal) ? "Microsoft.EntityFrameworkCore"
            : file.EndsWith("BuilderExtensions.cs", StringComparison.Ordinal) && !file.Contains("Policy", StringComparison.Ordinal) ? "Microsoft.AspNetCore.Builder"
            : file.EndsWith("HttpContextExtensions.cs", StringComparison.Ordinal) ? "Microsoft.AspNetCore.Http"
            : file.StartsWith("OutputCache", StringComparison.Ordinal) && file.EndsWith("Extensions.cs", StringComparison.Ordinal) ? "Microsoft.AspNetCore.OutputCaching"
            : null;

    [GeneratedRegex(@"TODO|FIXME|HACK|XXX|#region|NotImplementedException|Thread\.Sleep")]
    private static partial Regex Leftovers();

    [GeneratedRegex(@"\b(EvictedAt|ExpiredAt)\b")]
    private static partial Regex TagEpochs();

    [GeneratedRegex(@"\bConsole\b")]
    private static partial Regex Terminal();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
