using System.Text.Json;
using System.Text.RegularExpressions;
using RedisTagCache.AspNetCore.Operations.Messages;
using RedisTagCache.Management;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Operations;

/// <summary>Every name that the scripts of the page read from the JSON of the endpoints exists in it.</summary>
public sealed partial class ScriptNameTests
{
    /// <summary>By the name of a variable in the scripts, what it holds. It can hold one of several, because a name is used in several functions.</summary>
    private static readonly Dictionary<string, Type[]> _roots = new()
    {
        ["stats"] = [typeof(StatsReply)],
        ["counts"] = [typeof(RedisTagCacheSnapshot)],
        ["status"] = [typeof(RedisTagCacheStatus)],
        ["described"] = [typeof(CacheDescription)],
        ["server"] = [typeof(CacheServerInfo)],
        ["partition"] = [typeof(CachePartitionInfo)],
        ["row"] = [typeof(RegionStatistics), typeof(RecentEviction)],
        ["values"] = [typeof(ValueStatistics)],
        ["evictions"] = [typeof(EvictionStatistics)],
        ["backplane"] = [typeof(BackplaneStatistics)],
        ["outbox"] = [typeof(OutboxReply)],
        ["found"] = [typeof(FindReply)],
        ["entry"] = [typeof(EntryReply)],
        ["looked"] = [typeof(EntryReply)],
        ["reply"] = [typeof(TagsReply), typeof(RemoveReply)],
    };

    /// <summary>Variables of the same names that hold arrays of numbers.</summary>
    private static readonly string[] _ofArrays = ["length", "map", "reduce", "slice", "flat", "some"];

    [Fact]
    public void Names_ReadByTheScripts_ExistInTheJson()
    {
        var read = ReadNames().ToList();
        Assert.InRange(read.Count, 90, 200);
        Assert.Equal(_roots.Keys.Order(StringComparer.Ordinal), read.Select(static name => name.Root).Distinct().Order(StringComparer.Ordinal));
        Assert.Empty(read.Where(static name => !_roots[name.Root].SelectMany(NamesOf).Contains(name.Name)).Select(static name => $"{name.Root}.{name.Name}"));
    }

    private static IEnumerable<(string Root, string Name)> ReadNames() =>
        from file in Directory.GetFiles(Repository.Folder("src", "RedisTagCache.AspNetCore", "Operations", "Web"), "*.js")
        let text = File.ReadAllText(file)
        from name in Read().Matches(text).Select(static match => (Root: match.Groups[1].Value, Name: match.Groups[2].Value)).Concat(Taken().Matches(text).SelectMany(
            static match => match.Groups[1].Value.Split(',').Select(name => (Root: match.Groups[2].Value.Split('.')[^1], Name: name.Trim()))))
        where _roots.ContainsKey(name.Root) && !_ofArrays.Contains(name.Name)
        select name;

    private static IEnumerable<string> NamesOf(Type type) => OperationsJson.Default.GetTypeInfo(type)!.Properties.Select(static property => property.Name);

    /// <summary>A property of a variable, not one of a property that has the same name.</summary>
    [GeneratedRegex(@"(?<![\w.$])(?:\w+\.)?(\w+)\??\.(\w+)(?![\w(])")]
    private static partial Regex Read();

    /// <summary>Properties that are taken apart into variables.</summary>
    [GeneratedRegex(@"const \{ ([\w, ]+) \} = ([\w.]+);")]
    private static partial Regex Taken();
}
