using System.Globalization;
using RedisTagCache.Reach;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tests.Architecture;

/// <summary>
/// The folders of src/: which of them use each other, by symbols, and how large they and their methods are. The tables contain today's exceptions. Do not add to them, and remove what no
/// longer applies.
/// </summary>
public sealed class FolderTests
{
    private const int MaxFiles = 15;
    private const int MaxLines = 60;

    private static readonly Lazy<IReadOnlyDictionary<string, SortedDictionary<string, string>>> _dependencies = new(() => Folders.Dependencies(Sources.Code));

    /// <summary>The folders that each folder uses.</summary>
    public static TheoryData<string, string> Known => new()
    {
        { "RedisTagCache", "RedisTagCache/Redis RedisTagCache/Store" },
        { "RedisTagCache.AspNetCore", "RedisTagCache.AspNetCore/Eviction" },
        { "RedisTagCache.AspNetCore/DependencyInjection", "RedisTagCache RedisTagCache.AspNetCore RedisTagCache.AspNetCore/Diagnostics RedisTagCache.AspNetCore/Eviction RedisTagCache.AspNetCore/Health RedisTagCache.AspNetCore/OutputCaching RedisTagCache.AspNetCore/Refresh RedisTagCache/DependencyInjection" },
        { "RedisTagCache.AspNetCore/Diagnostics", "RedisTagCache.AspNetCore" },
        { "RedisTagCache.AspNetCore/Eviction", "RedisTagCache RedisTagCache.AspNetCore RedisTagCache.AspNetCore/Diagnostics RedisTagCache.AspNetCore/OutputCaching RedisTagCache/Tags" },
        { "RedisTagCache.AspNetCore/Health", "RedisTagCache" },
        { "RedisTagCache.AspNetCore/Operations", "RedisTagCache RedisTagCache.AspNetCore RedisTagCache.AspNetCore/Diagnostics RedisTagCache/Inspection" },
        { "RedisTagCache.AspNetCore/OutputCaching", "RedisTagCache RedisTagCache.AspNetCore RedisTagCache.AspNetCore/Diagnostics RedisTagCache.AspNetCore/Eviction RedisTagCache.AspNetCore/Refresh RedisTagCache/Engine RedisTagCache/SingleFlight RedisTagCache/Store RedisTagCache/Tags" },
        { "RedisTagCache.AspNetCore/Refresh", "RedisTagCache RedisTagCache.AspNetCore RedisTagCache.AspNetCore/Diagnostics RedisTagCache.AspNetCore/OutputCaching RedisTagCache/Diagnostics RedisTagCache/SingleFlight RedisTagCache/Store" },
        { "RedisTagCache.Tool", "RedisTagCache RedisTagCache.Tool/Commands RedisTagCache.Tool/Output RedisTagCache/DependencyInjection RedisTagCache/Inspection" },
        { "RedisTagCache.Tool/Commands", "RedisTagCache RedisTagCache.Tool RedisTagCache.Tool/Doctor RedisTagCache.Tool/Output RedisTagCache/Inspection RedisTagCache/Tags" },
        { "RedisTagCache.Tool/Doctor", "RedisTagCache.Tool RedisTagCache.Tool/Output" },
        { "RedisTagCache.Tool/Output", "RedisTagCache.Tool" },
        { "RedisTagCache/Adapters", "RedisTagCache RedisTagCache/Engine RedisTagCache/Store" },
        { "RedisTagCache/DependencyInjection", "RedisTagCache RedisTagCache/Adapters RedisTagCache/Diagnostics RedisTagCache/Engine RedisTagCache/Engine/Serialization RedisTagCache/Inspection RedisTagCache/Redis RedisTagCache/Store" },
        { "RedisTagCache/Diagnostics", "RedisTagCache" },
        { "RedisTagCache/Engine", "RedisTagCache RedisTagCache/Diagnostics RedisTagCache/Engine/Serialization RedisTagCache/Redis RedisTagCache/SingleFlight RedisTagCache/Store" },
        { "RedisTagCache/Engine/Serialization", "RedisTagCache RedisTagCache/Store" },
        { "RedisTagCache/Envelope", "" },
        { "RedisTagCache/Inspection", "RedisTagCache" },
        { "RedisTagCache/Redis", "RedisTagCache RedisTagCache/Diagnostics RedisTagCache/Inspection RedisTagCache/Redis/Scripts" },
        { "RedisTagCache/Redis/Scripts", "RedisTagCache/Redis" },
        { "RedisTagCache/SingleFlight", "RedisTagCache RedisTagCache/Redis RedisTagCache/Store" },
        { "RedisTagCache/Store", "RedisTagCache RedisTagCache/Diagnostics RedisTagCache/Envelope RedisTagCache/Inspection RedisTagCache/Redis RedisTagCache/Redis/Scripts" },
        { "RedisTagCache/Tags", "" },
    };

    /// <summary>Folders with more files than a reader keeps in mind.</summary>
    private static readonly Dictionary<string, int> _crowded = new(StringComparer.Ordinal)
    {
        ["RedisTagCache"] = 34,
        ["RedisTagCache.AspNetCore/Operations"] = 22,
        ["RedisTagCache.AspNetCore/OutputCaching"] = 21,
        ["RedisTagCache/Diagnostics"] = 17,
        ["RedisTagCache/Engine"] = 26,
        ["RedisTagCache/Redis"] = 45,
        ["RedisTagCache/Store"] = 49,
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void Folder_OfTheSources_UsesOnlyThoseInTheTable(string folder, string known)
    {
        ArgumentNullException.ThrowIfNull(known);
        var allowed = known.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(_dependencies.Value.TryGetValue(folder, out var used), $"{folder} no longer exists. Remove it from the table.");
        AssertNone(used.Where(use => !allowed.Contains(use.Key)).Select(use => $"{folder} must not use {use.Key}: {use.Value}"));
        AssertNone(allowed.Where(name => !used.ContainsKey(name)).Select(name => $"{folder} no longer uses {name}. Remove it from the table."));
    }

    [Fact]
    public void Folders_OfTheSources_AreAllInTheTable() => Assert.Equal(_dependencies.Value.Keys, Known.Select(row => row.Data.Item1).Order(StringComparer.Ordinal));

    [Fact]
    public void Folders_Always_HaveAtMost15Files() =>
        AssertCeilings(Folders.All(Sources.Code).Select(folder => (folder.Key, folder.Count())), MaxFiles, _crowded, "files");

    [Fact]
    public void Methods_Always_HaveAtMost60Lines() =>
        AssertCeilings(Methods.All(Sources.Code).GroupBy(method => method.Method).Select(named => (named.Key, named.Max(method => method.Lines))), MaxLines, [], "lines");

    [Fact]
    public void SourceFiles_Always_AreCompiledIntoOneAssembly()
    {
        var projects = new[] { "src", "tests", "samples" }.SelectMany(folder => Repository.Files(folder, "*.csproj")).ToArray();
        Assert.NotEmpty(projects);
        AssertNone(projects.SelectMany(project => SourceProject.LinkedFiles(project)
            .Select(file => $"{Path.GetRelativePath(Repository.Root, file)} is also compiled into {Path.GetFileNameWithoutExtension(project)}. Reference its project instead.")));
    }

    private static void AssertCeilings(IEnumerable<(string Name, int Count)> counts, int most, Dictionary<string, int> exceptions, string unit)
    {
        var found = counts.Where(count => count.Count > most).ToDictionary(count => count.Name, count => count.Count, StringComparer.Ordinal);
        AssertNone(found.Where(count => count.Value > exceptions.GetValueOrDefault(count.Key, most))
            .Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Key} has {count.Value} {unit}. At most {exceptions.GetValueOrDefault(count.Key, most)} are allowed.")));
        AssertNone(exceptions.Where(exception => found.GetValueOrDefault(exception.Key) < exception.Value)
            .Select(exception => $"{exception.Key} has shrunk: lower its number in the table, or remove its line if it has at most {most} {unit}."));
    }

    /// <summary>Unlike <c>Assert.Empty</c>, this does not shorten what it finds.</summary>
    private static void AssertNone(IEnumerable<string> problems) => Assert.True(!problems.Any(), string.Join('\n', problems));
}
