using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.Hosting;
using RedisTagCache.Outbox;
using RedisTagCache.Testing;

namespace RedisTagCache.Tests.Architecture;

/// <summary>What the types look like.</summary>
public sealed class TypeTests
{
    private static readonly Type[] _types =
    [
        .. new[] { typeof(ITagCacheStore).Assembly, typeof(RedisTagOutputCacheServiceCollectionExtensions).Assembly, typeof(RedisTagCacheSettings).Assembly, typeof(InMemoryRedis).Assembly, typeof(ITagCacheOutbox).Assembly, typeof(RedisTagCacheEntityTypeBuilderExtensions).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => IsOurs(type.Namespace) && !IsGenerated(type)),
    ];

    [Fact]
    public void Classes_PublicOrNot_AreSealedOrStaticOrAbstractAndInternal() =>
        Assert.DoesNotContain(_types, type => type is { IsClass: true, IsSealed: false } && (!type.IsAbstract || type.IsVisible)); // a static class is sealed

    [Fact]
    public void Types_ThatArePublic_AreSealedOrInterfacesOrEnumsOrStructs()
    {
        var visible = _types.Where(type => type.IsVisible).ToArray();
        Assert.Contains(typeof(ITagCacheStore), visible);
        Assert.All(visible, type => Assert.True(type.IsInterface || type.IsEnum || type.IsValueType || type.IsSealed, type.FullName));
    }

    [Fact]
    public void Types_ThatAreNested_AreNotPublic() => Assert.DoesNotContain(_types, type => type.IsNested && type.IsVisible);

    [Fact]
    public void Fields_OfPublicTypes_AreConstantsOrPrivate() =>
        Assert.DoesNotContain(_types.Where(type => type is { IsVisible: true, IsEnum: false }).SelectMany(type => type.GetFields()), field => !field.IsLiteral);

    [Fact]
    public void Methods_ThatArePublicAndAsynchronous_TakeACancellationToken() =>
        Assert.All(
            _types.Where(type => type.IsVisible).SelectMany(type => type.GetMethods())
                .Where(method => method.Name.EndsWith("Async", StringComparison.Ordinal) && method.Name != nameof(IAsyncDisposable.DisposeAsync)),
            method => Assert.Equal(typeof(CancellationToken), method.GetParameters()[^1].ParameterType));

    /// <summary>Outcomes, roles, and reasons are enumerations. Only the folders of diagnostics have the strings that metrics and traces show.</summary>
    [Fact]
    public void Methods_OfMetersAndActivities_TakeNoStrings()
    {
        var types = _types.Where(type => type.Name is "CacheMeter" or "CacheActivity" or "PageMeter" or "PageActivity").ToArray();
        Assert.Equal(4, types.Length);
        Assert.DoesNotContain(
            types.SelectMany(type => type.GetMethods(BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance)),
            method => method.GetParameters().Any(parameter => parameter.ParameterType == typeof(string)));
    }

    private static bool IsOurs(string? space) =>
        space is not null && (space.StartsWith("RedisTagCache", StringComparison.Ordinal) || space is "Microsoft.Extensions.DependencyInjection" or "Microsoft.Extensions.Hosting" or "Microsoft.EntityFrameworkCore");

    private static bool IsGenerated(Type type) =>
        type.IsDefined(typeof(CompilerGeneratedAttribute)) || type.Name.Contains('<', StringComparison.Ordinal) || (type.DeclaringType is { } outer && IsGenerated(outer));
}
