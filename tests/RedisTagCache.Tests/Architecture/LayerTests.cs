using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;

namespace RedisTagCache.Tests.Architecture;

/// <summary>The rules of the house, as tests: who may know whom, and what the code looks like.</summary>
public sealed partial class LayerTests
{
    private static readonly Assembly _core = typeof(ITagCacheStore).Assembly;
    private static readonly Assembly _aspNetCore = typeof(RedisTagOutputCacheServiceCollectionExtensions).Assembly;

    [Fact]
    public void PublicTypes_AreSealed()
    {
        var open = _core.GetExportedTypes().Concat(_aspNetCore.GetExportedTypes()).Where(type => type is { IsClass: true, IsSealed: false });
        Assert.Empty(open);
    }

    [Fact]
    public void InternalClasses_AreSealed()
    {
        var open = _core.GetTypes().Concat(_aspNetCore.GetTypes())
            .Where(type => type is { IsClass: true, IsSealed: false } && type.Namespace?.StartsWith("RedisTagCache", StringComparison.Ordinal) == true
                && !type.IsDefined(typeof(CompilerGeneratedAttribute)));
        Assert.Empty(open);
    }

    [Theory]
    [InlineData("Envelope", "Redis|Store|Adapters|DependencyInjection|Diagnostics")]
    [InlineData("Redis", "Envelope|Store|Adapters|DependencyInjection")]
    [InlineData("Diagnostics", "Envelope|Redis|Store|Adapters|DependencyInjection")]
    [InlineData("Store", "Adapters|DependencyInjection")]
    [InlineData("Adapters", "Envelope|Redis|DependencyInjection")]
    public void Folder_KnowsOnlyTheLayersBelow(string folder, string unknown)
    {
        var wrong = Repository.Sources($"src/RedisTagCache/{folder}")
            .Where(file => Regex.IsMatch(File.ReadAllText(file), $@"^using (static )?RedisTagCache\.({unknown})\b", RegexOptions.Multiline));
        Assert.Empty(wrong.Select(Path.GetFileName));
    }

    [Fact]
    public void TheClientLibrary_IsKnownWhereItIsSpokenToAlone()
    {
        var wrong = Repository.Sources("src")
            .Where(file => File.ReadAllText(file).Contains("using StackExchange.Redis", StringComparison.Ordinal))
            .Where(file => !file.Contains("/Redis/", StringComparison.Ordinal) && !file.Contains("/DependencyInjection/", StringComparison.Ordinal)
                && Path.GetFileName(file) != "RedisTagCacheOptions.cs");
        Assert.Empty(wrong);
    }

    [Fact]
    public void TheCore_KnowsNoAspNetCore_AndTheSecondPackageOnlyItsPublicMembers()
    {
        Assert.DoesNotContain(_core.GetReferencedAssemblies(), name => name.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        Assert.DoesNotContain(
            _core.GetCustomAttributes<InternalsVisibleToAttribute>(),
            friend => friend.AssemblyName.StartsWith("RedisTagCache.AspNetCore", StringComparison.Ordinal));
    }

    [Fact]
    public void Files_AreShort_AndCarryNoLeftovers()
    {
        foreach (var file in Repository.Sources("src").Concat(Repository.Sources("lua", "*.lua")))
        {
            var text = File.ReadAllText(file);
            var limit = file.EndsWith(".lua", StringComparison.Ordinal) ? 80 : 300;
            Assert.True(text.AsSpan().Count('\n') <= limit, $"{file} has more than {limit} lines.");
            Assert.False(Leftovers().IsMatch(text), $"{file} has a leftover.");
        }
    }

    [Fact]
    public void LogIds_AreUnique()
    {
        var ids = typeof(Diagnostics.LogIds).GetFields().Select(field => (int)field.GetRawConstantValue()!).ToArray();
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [GeneratedRegex(@"TODO|FIXME|HACK|#region|NotImplementedException|Console\.")]
    private static partial Regex Leftovers();
}
