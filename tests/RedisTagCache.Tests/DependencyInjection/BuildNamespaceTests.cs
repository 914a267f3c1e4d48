using System.Reflection;
using System.Reflection.Emit;
using RedisTagCache.DependencyInjection;

namespace RedisTagCache.Tests.DependencyInjection;

public sealed class BuildNamespaceTests
{
    private static readonly Assembly _plain = Assembly("1.2.0");

    [Fact]
    public void Resolve_TakesTheFirstSourceThereIs()
    {
        var environment = BuildNamespace.Variables.ToDictionary(name => name, name => "of " + name);
        Assert.Equal(new BuildNamespace("set", "option"), Resolve("set", null, environment));
        Assert.Equal(new BuildNamespace("set", "configuration"), Resolve("set", "set", environment));
        Assert.Equal(new BuildNamespace("set", "option"), Resolve("set", "other", environment));
        foreach (var name in new[] { "DEPLOYMENT_VERSION", "GIT_HASH", "GITHUB_SHA", "SOURCE_VERSION", "BUILD_BUILDID" })
        {
            Assert.Equal(new BuildNamespace("of%20" + name, $"environment variable {name}"), Resolve(null, null, environment));
            environment[name] = " ";
        }

        Assert.Equal("informational version of the entry assembly", Resolve(null, null, environment, Assembly("1.2.0+4f9c0e2")).Source);
        Assert.Equal("1.2.0+4f9c0e2", Resolve(" ", null, environment, Assembly("1.2.0+4f9c0e2")).Name);
        Assert.Equal("module version id of the entry assembly", Resolve(null, null, environment).Source);
        Assert.Equal("module version id of the entry assembly", Resolve(null, null, environment, Assembly("1.2.0+")).Source);
        Assert.NotEqual(Resolve(null, null, environment, Assembly("1.2.0")).Name, Resolve(null, null, environment, Assembly("1.2.0")).Name);
    }

    [Fact]
    public void Resolve_KeepsNamesApart_AndOutOfTheKeysSyntax()
    {
        string[] names = ["a b", "a_b", "a:b", "a%3Ab", "{a}", "a", "A", "ä", "a/b", "a\r\nb", "a+b", "a%2Bb"];
        var resolved = names.Select(name => Resolve(name, null, []).Name).ToArray();
        Assert.Equal(names.Length, resolved.Distinct(StringComparer.Ordinal).Count());
        Assert.All(resolved, name => Assert.DoesNotMatch(@"[:{}\s]", name));
    }

    private static BuildNamespace Resolve(string? option, string? configured, Dictionary<string, string> environment, Assembly? entry = null) =>
        BuildNamespace.Resolve(option, configured, environment.GetValueOrDefault, entry ?? _plain);

    private static AssemblyBuilder Assembly(string version)
    {
        var attribute = new CustomAttributeBuilder(typeof(AssemblyInformationalVersionAttribute).GetConstructor([typeof(string)])!, [version]);
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("app" + Guid.NewGuid().ToString("N")), AssemblyBuilderAccess.Run, [attribute]);
        assembly.DefineDynamicModule("app");
        return assembly;
    }
}
