using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;

namespace RedisTagCache.Tests.Architecture;

/// <summary>Who may know whom.</summary>
public sealed partial class LayerTests
{
    private static readonly string[] _folders = ["Adapters", "DependencyInjection", "Diagnostics", "Engine", "Envelope", "Inspection", "Redis", "Store"];

    [Theory]
    [InlineData("", "Redis Store")]
    [InlineData("Adapters", "Engine Store")]
    [InlineData("DependencyInjection", "Adapters Diagnostics Engine Inspection Redis Store")]
    [InlineData("Diagnostics", "")]
    [InlineData("Engine", "Diagnostics Store")]
    [InlineData("Envelope", "")]
    [InlineData("Inspection", "")]
    [InlineData("Redis", "Diagnostics Inspection")]
    [InlineData("Store", "Diagnostics Envelope Inspection Redis")]
    public void Folder_OfTheCore_KnowsOnlyThoseBelow(string folder, string known)
    {
        var files = Repository.Files("src/RedisTagCache", "*.cs").Where(file => FolderOf(file) == folder).ToArray();
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var used = References().Matches(Code(file)).Select(match => match.Groups[1].Value).Where(name => _folders.Contains(name) && name != folder);
            Assert.True(used.All(known.Split(' ').Contains), $"{file} knows {string.Join(", ", used.Distinct())}");
        }
    }

    [Fact]
    public void Folders_OfTheCore_AreAllAccountedFor() =>
        Assert.Equal(_folders, Repository.Files("src/RedisTagCache", "*.cs").Select(FolderOf).Where(folder => folder.Length > 0).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void StackExchangeRedis_Always_IsKnownOnlyWhereItIsSpokenTo()
    {
        var users = Repository.Files("src", "*.cs").Where(file => Code(file).Contains("StackExchange.Redis", StringComparison.Ordinal)).Select(RelativeToSrc).ToArray();
        Assert.Contains("RedisTagCache/Redis/RedisCommands.cs", users);
        Assert.All(users, file => Assert.Matches("^(RedisTagCache/(Redis/|DependencyInjection/|RedisTagCacheOptions.cs$)|RedisTagCache.Tool/)", file));
    }

    [Fact]
    public void Core_Always_HasNoOtherFriendThanItsSisterPackage()
    {
        var friends = typeof(ITagCacheStore).Assembly.GetCustomAttributes<InternalsVisibleToAttribute>().Select(friend => friend.AssemblyName.Split(',')[0]);
        Assert.Equal(["RedisTagCache.AspNetCore", "RedisTagCache.IntegrationTests", "RedisTagCache.TestSupport", "RedisTagCache.Tests"], friends.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void AspNetCore_Always_KnowsOnlyTheEngineOfTheCore()
    {
        foreach (var file in Repository.Files("src/RedisTagCache.AspNetCore", "*.cs"))
        {
            var used = References().Matches(Code(file)).Select(match => match.Groups[1].Value).Where(_folders.Contains).Except(["DependencyInjection", "Engine", "Inspection"]);
            Assert.True(!used.Any() || Code(file).Contains("using LogThrottle = RedisTagCache.Diagnostics.LogThrottle;", StringComparison.Ordinal), $"{file} knows {string.Join(", ", used.Distinct())}");
        }
    }

    [Fact]
    public void Core_Always_KnowsNothingOfAspNetCore()
    {
        Assert.DoesNotContain(typeof(ITagCacheStore).Assembly.GetReferencedAssemblies(), name => name.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        Assert.Contains(
            typeof(RedisTagOutputCacheServiceCollectionExtensions).Assembly.GetReferencedAssemblies(),
            name => name.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
    }

    private static string RelativeToSrc(string file) => Path.GetRelativePath(Repository.Folder("src"), file).Replace('\\', '/');

    /// <summary>The folder in the core; empty for its root.</summary>
    private static string FolderOf(string file)
    {
        var parts = RelativeToSrc(file).Split('/');
        return parts.Length == 2 ? "" : parts[1];
    }

    /// <summary>A file without its comments, which may name what they like.</summary>
    private static string Code(string file) => Comments().Replace(File.ReadAllText(file), "");

    [GeneratedRegex(@"//.*$", RegexOptions.Multiline)]
    private static partial Regex Comments();

    // A using, or a name that is qualified from the root or from where the file is.
    [GeneratedRegex(@"using (?:static )?RedisTagCache\.(\w+)|(?<=RedisTagCache\.)(?<1>\w+)(?=\.)|(?<![\w.""])(?<1>Adapters|DependencyInjection|Diagnostics|Engine|Envelope|Redis|Store)\.(?=[A-Z])")]
    private static partial Regex References();
}
