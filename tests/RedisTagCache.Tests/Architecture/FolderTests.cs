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
        { "RedisTagCache", "RedisTagCache/Commands RedisTagCache/Entries RedisTagCache/Topology" },
        { "RedisTagCache.AspNetCore", "RedisTagCache.AspNetCore/OutputCaching RedisTagCache.AspNetCore/OutputCaching/Eviction" },
        { "RedisTagCache.AspNetCore/DependencyInjection", "RedisTagCache RedisTagCache.AspNetCore RedisTagCache.AspNetCore/Diagnostics RedisTagCache.AspNetCore/OutputCaching RedisTagCache.AspNetCore/OutputCaching/Eviction RedisTagCache.AspNetCore/OutputCaching/Leading RedisTagCache.AspNetCore/OutputCaching/Refresh RedisTagCache/DependencyInjection RedisTagCache/DependencyInjection/Configuration RedisTagCache/Entries RedisTagCache/Leases RedisTagCache/LocalCaching" },
        { "RedisTagCache.AspNetCore/Diagnostics", "RedisTagCache RedisTagCache.AspNetCore RedisTagCache/Diagnostics RedisTagCache/Diagnostics/Advice" },
        { "RedisTagCache.AspNetCore/Operations", "RedisTagCache RedisTagCache.AspNetCore RedisTagCache.AspNetCore/Diagnostics RedisTagCache.AspNetCore/Operations/Messages RedisTagCache/DependencyInjection RedisTagCache/DependencyInjection/Configuration RedisTagCache/Health RedisTagCache/Management RedisTagCache/Management/Internal RedisTagCache/Management/Statistics" },
        { "RedisTagCache.AspNetCore/Operations/Messages", "RedisTagCache RedisTagCache/Management RedisTagCache/Management/Statistics" },
        { "RedisTagCache.AspNetCore/OutputCaching", "RedisTagCache RedisTagCache.AspNetCore RedisTagCache.AspNetCore/Diagnostics RedisTagCache.AspNetCore/OutputCaching/Eviction RedisTagCache.AspNetCore/OutputCaching/Leading RedisTagCache.AspNetCore/OutputCaching/Refresh RedisTagCache/Entries RedisTagCache/Invalidation RedisTagCache/Leases RedisTagCache/LocalCaching RedisTagCache/SingleFlight RedisTagCache/Tags" },
        { "RedisTagCache.AspNetCore/OutputCaching/Eviction", "RedisTagCache RedisTagCache.AspNetCore RedisTagCache.AspNetCore/Diagnostics RedisTagCache.AspNetCore/OutputCaching RedisTagCache/Entries RedisTagCache/Tags" },
        { "RedisTagCache.AspNetCore/OutputCaching/Leading", "RedisTagCache RedisTagCache.AspNetCore RedisTagCache.AspNetCore/OutputCaching RedisTagCache.AspNetCore/OutputCaching/Refresh RedisTagCache/Invalidation RedisTagCache/Leases" },
        { "RedisTagCache.AspNetCore/OutputCaching/Refresh", "RedisTagCache RedisTagCache.AspNetCore RedisTagCache.AspNetCore/Diagnostics RedisTagCache.AspNetCore/OutputCaching RedisTagCache.AspNetCore/OutputCaching/Leading RedisTagCache/Diagnostics RedisTagCache/Entries RedisTagCache/Invalidation RedisTagCache/Leases RedisTagCache/SingleFlight" },
        { "RedisTagCache.EntityFrameworkCore", "RedisTagCache.EntityFrameworkCore/Mapping RedisTagCache.EntityFrameworkCore/Saving RedisTagCache.EntityFrameworkCore/Storage RedisTagCache.Outbox RedisTagCache.Outbox/DependencyInjection RedisTagCache.Outbox/Storage/Dialects RedisTagCache/DependencyInjection RedisTagCache/DependencyInjection/Configuration" },
        { "RedisTagCache.EntityFrameworkCore/Diagnostics", "RedisTagCache.Outbox/Dispatching RedisTagCache/Diagnostics" },
        { "RedisTagCache.EntityFrameworkCore/Mapping", "RedisTagCache.EntityFrameworkCore RedisTagCache.EntityFrameworkCore/Storage RedisTagCache.Outbox RedisTagCache.Outbox/Storage/Dialects" },
        { "RedisTagCache.EntityFrameworkCore/Saving", "RedisTagCache.EntityFrameworkCore RedisTagCache.EntityFrameworkCore/Diagnostics RedisTagCache.EntityFrameworkCore/Mapping RedisTagCache.EntityFrameworkCore/Storage RedisTagCache.Outbox RedisTagCache.Outbox/Dispatching RedisTagCache.Outbox/Storage RedisTagCache.Outbox/Storage/Dialects RedisTagCache/DependencyInjection/Configuration" },
        { "RedisTagCache.EntityFrameworkCore/Storage", "RedisTagCache.Outbox/Storage RedisTagCache.Outbox/Storage/Dialects" },
        { "RedisTagCache.Hosting", "RedisTagCache RedisTagCache/DependencyInjection RedisTagCache/DependencyInjection/Configuration" },
        { "RedisTagCache.Outbox", "RedisTagCache.Outbox/Storage/Dialects" },
        { "RedisTagCache.Outbox/DependencyInjection", "RedisTagCache RedisTagCache.Outbox RedisTagCache.Outbox/Diagnostics RedisTagCache.Outbox/Dispatching RedisTagCache.Outbox/Health RedisTagCache.Outbox/Storage RedisTagCache.Outbox/Storage/Dialects RedisTagCache/DependencyInjection RedisTagCache/DependencyInjection/Configuration RedisTagCache/Health" },
        { "RedisTagCache.Outbox/Diagnostics", "RedisTagCache RedisTagCache.Outbox" },
        { "RedisTagCache.Outbox/Dispatching", "RedisTagCache RedisTagCache.Outbox RedisTagCache.Outbox/Diagnostics RedisTagCache.Outbox/Storage RedisTagCache.Outbox/Storage/Dialects RedisTagCache/Diagnostics" },
        { "RedisTagCache.Outbox/Health", "RedisTagCache.Outbox RedisTagCache.Outbox/Storage RedisTagCache/Health" },
        { "RedisTagCache.Outbox/Storage", "RedisTagCache.Outbox RedisTagCache.Outbox/Storage/Dialects RedisTagCache/Tags" },
        { "RedisTagCache.Outbox/Storage/Dialects", "RedisTagCache.Outbox" },
        { "RedisTagCache.Testing", "RedisTagCache RedisTagCache.Testing/Connections RedisTagCache.Testing/Diagnostics RedisTagCache.Testing/Engine RedisTagCache/DependencyInjection RedisTagCache/Tags" },
        { "RedisTagCache.Testing/Commands", "RedisTagCache.Testing/Connections RedisTagCache.Testing/Data RedisTagCache.Testing/Engine RedisTagCache.Testing/Protocol RedisTagCache.Testing/Scripting" },
        { "RedisTagCache.Testing/Connections", "RedisTagCache.Testing/Data RedisTagCache.Testing/Engine RedisTagCache.Testing/Protocol" },
        { "RedisTagCache.Testing/Data", "" },
        { "RedisTagCache.Testing/Diagnostics", "" },
        { "RedisTagCache.Testing/Engine", "RedisTagCache.Testing RedisTagCache.Testing/Commands RedisTagCache.Testing/Connections RedisTagCache.Testing/Data RedisTagCache.Testing/Protocol RedisTagCache.Testing/Scripting" },
        { "RedisTagCache.Testing/Protocol", "" },
        { "RedisTagCache.Testing/Scripting", "RedisTagCache.Testing/Commands RedisTagCache.Testing/Engine RedisTagCache.Testing/Protocol RedisTagCache/Scripts" },
        { "RedisTagCache.Tool", "RedisTagCache RedisTagCache.Tool/Commands RedisTagCache.Tool/Mcp RedisTagCache.Tool/Output RedisTagCache/DependencyInjection RedisTagCache/DependencyInjection/Configuration RedisTagCache/Management" },
        { "RedisTagCache.Tool/Commands", "RedisTagCache RedisTagCache.Tool RedisTagCache.Tool/Doctor RedisTagCache.Tool/Output RedisTagCache/Management RedisTagCache/Management/Internal RedisTagCache/Tags" },
        { "RedisTagCache.Tool/Doctor", "RedisTagCache.Tool RedisTagCache.Tool/Output RedisTagCache/Diagnostics/Advice" },
        { "RedisTagCache.Tool/Mcp", "RedisTagCache RedisTagCache.Tool RedisTagCache.Tool/Commands RedisTagCache.Tool/Doctor RedisTagCache.Tool/Output RedisTagCache/Management" },
        { "RedisTagCache.Tool/Output", "RedisTagCache.Tool" },
        { "RedisTagCache/Adapters", "RedisTagCache RedisTagCache/Caching RedisTagCache/Entries" },
        { "RedisTagCache/Caching", "RedisTagCache RedisTagCache/Caching/Serialization RedisTagCache/Diagnostics RedisTagCache/Entries RedisTagCache/Invalidation RedisTagCache/Leases RedisTagCache/LocalCaching RedisTagCache/SingleFlight RedisTagCache/Tags RedisTagCache/Topology" },
        { "RedisTagCache/Caching/Serialization", "RedisTagCache RedisTagCache/Entries" },
        { "RedisTagCache/Commands", "RedisTagCache RedisTagCache/Commands/Batching RedisTagCache/Connection RedisTagCache/Scripts RedisTagCache/Topology" },
        { "RedisTagCache/Commands/Batching", "RedisTagCache/Connection RedisTagCache/Scripts RedisTagCache/Topology" },
        { "RedisTagCache/Connection", "RedisTagCache RedisTagCache/Diagnostics RedisTagCache/Topology" },
        { "RedisTagCache/DependencyInjection", "RedisTagCache RedisTagCache/Adapters RedisTagCache/Caching RedisTagCache/Caching/Serialization RedisTagCache/Commands RedisTagCache/Connection RedisTagCache/DependencyInjection/Configuration RedisTagCache/Diagnostics RedisTagCache/Diagnostics/Advice RedisTagCache/Diagnostics/Counters RedisTagCache/Entries RedisTagCache/Health RedisTagCache/Invalidation RedisTagCache/Leases RedisTagCache/LocalCaching RedisTagCache/Management RedisTagCache/Management/Internal RedisTagCache/Management/Statistics RedisTagCache/Scripts RedisTagCache/Tags RedisTagCache/Topology" },
        { "RedisTagCache/DependencyInjection/Configuration", "RedisTagCache RedisTagCache/Caching RedisTagCache/Diagnostics RedisTagCache/Topology" },
        { "RedisTagCache/Diagnostics", "RedisTagCache RedisTagCache/Diagnostics/Advice RedisTagCache/Diagnostics/Counters" },
        { "RedisTagCache/Diagnostics/Advice", "" },
        { "RedisTagCache/Diagnostics/Counters", "RedisTagCache RedisTagCache/Management/Statistics" },
        { "RedisTagCache/Entries", "RedisTagCache RedisTagCache/Commands RedisTagCache/Connection RedisTagCache/Diagnostics RedisTagCache/Entries/Envelope RedisTagCache/Invalidation RedisTagCache/Scripts RedisTagCache/Tags RedisTagCache/Topology" },
        { "RedisTagCache/Entries/Envelope", "" },
        { "RedisTagCache/Health", "RedisTagCache/Management/Statistics" },
        { "RedisTagCache/Invalidation", "RedisTagCache RedisTagCache/Commands RedisTagCache/Connection RedisTagCache/Diagnostics RedisTagCache/Diagnostics/Counters RedisTagCache/Scripts RedisTagCache/Tags RedisTagCache/Topology" },
        { "RedisTagCache/Leases", "RedisTagCache RedisTagCache/Commands RedisTagCache/Connection RedisTagCache/Diagnostics RedisTagCache/Entries RedisTagCache/Invalidation RedisTagCache/LocalCaching RedisTagCache/Scripts RedisTagCache/Tags RedisTagCache/Topology" },
        { "RedisTagCache/LocalCaching", "RedisTagCache RedisTagCache/Diagnostics RedisTagCache/Entries RedisTagCache/Invalidation RedisTagCache/Tags" },
        { "RedisTagCache/Management", "RedisTagCache" },
        { "RedisTagCache/Management/Internal", "RedisTagCache RedisTagCache/Connection RedisTagCache/Diagnostics/Counters RedisTagCache/Entries RedisTagCache/Entries/Envelope RedisTagCache/Invalidation RedisTagCache/Management RedisTagCache/Management/Statistics RedisTagCache/Scripts RedisTagCache/Tags RedisTagCache/Topology" },
        { "RedisTagCache/Management/Statistics", "" },
        { "RedisTagCache/Scripts", "RedisTagCache/Connection RedisTagCache/Topology" },
        { "RedisTagCache/SingleFlight", "RedisTagCache RedisTagCache/Entries RedisTagCache/Invalidation RedisTagCache/Leases RedisTagCache/Tags RedisTagCache/Topology" },
        { "RedisTagCache/Tags", "RedisTagCache RedisTagCache/Commands RedisTagCache/Connection RedisTagCache/Diagnostics RedisTagCache/Entries/Envelope RedisTagCache/Scripts RedisTagCache/Topology" },
        { "RedisTagCache/Topology", "RedisTagCache RedisTagCache/Diagnostics" },
    };

    /// <summary>Folders that may have more files: one of each public type.</summary>
    private static readonly Dictionary<string, int> _crowded = new(StringComparer.Ordinal)
    {
        ["RedisTagCache"] = 20,
    };

    /// <summary>
    /// The folders of the core from the top down: each uses only those below it. The root has the public types, which everybody uses.
    /// </summary>
    private static readonly string[] _descending =
    [
        "DependencyInjection", "DependencyInjection/Configuration", "Health", "Adapters", "Management/Internal", "Caching", "Caching/Serialization", "SingleFlight", "Leases", "LocalCaching", "Entries", "Invalidation", "Tags", "Entries/Envelope",
        "Commands", "Commands/Batching", "Scripts", "Connection", "Topology", "Diagnostics", "Diagnostics/Advice", "Diagnostics/Counters", "Management", "Management/Statistics",
    ];

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
    public void Folders_OfTheCore_UseOnlyThoseBelowThem()
    {
        var core = _dependencies.Value.Where(folder => folder.Key.StartsWith("RedisTagCache/", StringComparison.Ordinal)).ToArray();
        Assert.Equal(_descending.Order(StringComparer.Ordinal), core.Select(folder => InCore(folder.Key)));
        AssertNone(from folder in core
                   from use in folder.Value
                   where use.Key != "RedisTagCache" && Array.IndexOf(_descending, InCore(use.Key)) < Array.IndexOf(_descending, InCore(folder.Key))
                   select $"{folder.Key} is below {use.Key}: {use.Value}");

        static string InCore(string folder) => folder["RedisTagCache/".Length..];
    }

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
