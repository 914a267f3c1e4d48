using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.Hosting;
using RedisTagCache.Outbox;
using RedisTagCache.Testing;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tests.Architecture;

/// <summary>Which assemblies know each other, and which files know the client. See <see cref="FolderTests"/> for the folders.</summary>
public sealed partial class LayerTests
{
    [Fact]
    public void StackExchangeRedis_Always_IsKnownOnlyWhereItIsSpokenTo()
    {
        var users = Repository.Files("src", "*.cs").Where(file => Code(file).Contains("StackExchange.Redis", StringComparison.Ordinal)).Select(RelativeToSrc).ToArray();
        Assert.Contains("RedisTagCache/Commands/RedisCommands.cs", users);
        Assert.All(users, file => Assert.Matches("^(RedisTagCache/((Commands|Scripts|Connection|Topology|DependencyInjection)/|Invalidation/Backplane.cs$|Management/Internal/(InspectionCommands|ServerLook).cs$|RedisTagCacheOptions.cs$)|RedisTagCache.Testing/(Connections/|InMemoryRedis.cs$)|RedisTagCache.Tool/)", file));
    }

    [Fact]
    public void Core_Always_HasNoOtherFriendsThanItsSisterPackages()
    {
        var friends = typeof(ITagCacheStore).Assembly.GetCustomAttributes<InternalsVisibleToAttribute>().Select(friend => friend.AssemblyName.Split(',')[0]);
        Assert.Equal(["RedisTagCache.AspNetCore", "RedisTagCache.AspNetCore.Tests", "RedisTagCache.EntityFrameworkCore", "RedisTagCache.Hosting", "RedisTagCache.IntegrationTests", "RedisTagCache.Outbox", "RedisTagCache.Outbox.Tests", "RedisTagCache.TestSupport", "RedisTagCache.Testing", "RedisTagCache.Tests", "RedisTagCache.Tool"], friends.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void PackagesForWorkers_Always_KnowNothingOfAspNetCore()
    {
        Assert.DoesNotContain(typeof(ITagCacheStore).Assembly.GetReferencedAssemblies(), name => name.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        Assert.DoesNotContain(typeof(RedisTagCacheSettings).Assembly.GetReferencedAssemblies(), name => name.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        Assert.Contains(
            typeof(RedisTagOutputCacheServiceCollectionExtensions).Assembly.GetReferencedAssemblies(),
            name => name.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
    }

    [Fact]
    public void EntityFramework_Always_IsKnownToItsPackageAlone()
    {
        Assert.Contains(typeof(RedisTagCacheEntityTypeBuilderExtensions).Assembly.GetReferencedAssemblies(), name => name.Name == "Microsoft.EntityFrameworkCore");
        Assert.All(
            new[] { typeof(ITagCacheStore).Assembly, typeof(ITagCacheOutbox).Assembly }.SelectMany(assembly => assembly.GetReferencedAssemblies()),
            name => Assert.False(name.Name!.StartsWith("Microsoft.EntityFrameworkCore", StringComparison.Ordinal) || name.Name.Contains("Sqlite", StringComparison.Ordinal) || name.Name == "Npgsql", name.Name));
    }

    [Fact]
    public void Lua_Always_IsKnownToThePackageForTestsAlone()
    {
        Assert.Contains(typeof(InMemoryRedis).Assembly.GetReferencedAssemblies(), name => name.Name == "KeraLua");
        Assert.All(
            new[] { typeof(ITagCacheStore).Assembly, typeof(RedisTagOutputCacheServiceCollectionExtensions).Assembly }.SelectMany(assembly => assembly.GetReferencedAssemblies()),
            name => Assert.DoesNotContain(name.Name!, new[] { "KeraLua", "RedisTagCache.Testing" }));
    }

    private static string RelativeToSrc(string file) => Path.GetRelativePath(Repository.Folder("src"), file).Replace('\\', '/');

    /// <summary>A file without its comments, which may name what they like.</summary>
    private static string Code(string file) => Comments().Replace(File.ReadAllText(file), "");

    [GeneratedRegex(@"//.*$", RegexOptions.Multiline)]
    private static partial Regex Comments();
}
