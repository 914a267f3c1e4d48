using RedisTagCache.DependencyInjection.Configuration;

namespace RedisTagCache.Tests.DependencyInjection;

public sealed class BuildNamespaceTests
{
    private const string OfTheVersion = "informational version of the entry assembly";
    private const string OfTheModule = "module version id of the entry assembly";
    private static readonly string[] _variables = ["DEPLOYMENT_VERSION", "GIT_HASH", "GITHUB_SHA", "SOURCE_VERSION", "BUILD_BUILDID"];

    [Fact]
    public void Variables_Always_AreThoseThatAreDocumented() => Assert.Equal(_variables, BuildNamespace.Variables);

    [Theory]
    [InlineData("set", null, "option")]
    [InlineData("set", "other", "option")]
    [InlineData("set", "set", "configuration")]
    public void Resolve_WithAnOption_TakesItBeforeAnyVariable(string option, string? configured, string source)
    {
        var environment = _variables.ToDictionary(name => name, name => name);
        Assert.Equal(new BuildNamespace("set", source), Resolve(option, configured, environment, "1.0+rev"));
    }

    [Fact]
    public void Resolve_WithoutAnOption_TakesTheVariablesInTheirOrder()
    {
        var environment = _variables.ToDictionary(name => name, name => "of-" + name);
        foreach (var name in _variables)
        {
            Assert.Equal(new BuildNamespace("of-" + name, "environment variable " + name), Resolve(null, null, environment, "1.0+rev"));
            environment.Remove(name);
        }

        Assert.Equal(new BuildNamespace("1.0+rev", OfTheVersion), Resolve(null, null, environment, "1.0+rev"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(" \t\r\n ")]
    public void Resolve_WithBlanks_PassesThemOver(string blank)
    {
        var environment = _variables.ToDictionary(name => name, _ => blank);
        environment["SOURCE_VERSION"] = "42";
        Assert.Equal(new BuildNamespace("42", "environment variable SOURCE_VERSION"), Resolve(blank, blank, environment, "1.0+rev"));
        environment["SOURCE_VERSION"] = blank;
        Assert.Equal(new BuildNamespace("1.0+rev", OfTheVersion), Resolve(blank, null, environment, "1.0+rev"));
    }

    [Fact]
    public void Resolve_OfAVariable_TrimsIt() =>
        Assert.Equal("42", Resolve(null, null, new() { ["GIT_HASH"] = " 42\r\n" }, null).Name);

    [Theory]
    [InlineData("1.2.0+4f9c0e2", "1.2.0+4f9c0e2")]
    [InlineData("1.2.0-beta.1+4f9c0e2.dirty", "1.2.0-beta.1+4f9c0e2.dirty")]
    [InlineData("1.2.0+a b", "1.2.0+a%20b")]
    public void Resolve_OfAVersionWithARevision_TakesTheWholeVersion(string version, string name) =>
        Assert.Equal(new BuildNamespace(name, OfTheVersion), Resolve(null, null, [], version));

    [Theory]
    [InlineData("1.2.0")]
    [InlineData("1.2.0+")]
    [InlineData("+")]
    [InlineData("")]
    [InlineData(null)]
    public void Resolve_OfAVersionWithoutARevision_TakesTheModule(string? version) =>
        Assert.Equal(new BuildNamespace(typeof(NamedAssembly).Module.ModuleVersionId.ToString("N"), OfTheModule), Resolve(null, null, [], version));

    [Fact]
    public void Resolve_OfAwkwardNames_KeepsThemApartAndOutOfTheSyntaxOfKeys()
    {
        string[] names =
        [
            "a", "A", "a b", "a  b", "a_b", "a-b", "a.b", "a~b", "a:b", "a::b", "a%3Ab", "a%253Ab", "{a}", "{", "}", "a+b", "a/b", "a\\b", "a\tb", "a\r\nb", "a\nb", "\0", "ä", "a\u0308", "鍵",
            "😀", "*", "?", "%", "%25", "%20", "'", "\"", "a\u00A0b", "a\u2028b", new('k', 128), new('k', 127),
        ];
        var resolved = names.Select(name => Resolve(name, null, [], null).Name).ToArray();
        Assert.Equal(names.Length, resolved.Distinct(StringComparer.Ordinal).Count());
        Assert.All(resolved, name => Assert.Matches("^[A-Za-z0-9%+_.~-]+$", name));
    }

    [Fact]
    public void Resolve_OfTheNameThatSharedRegionsHave_IsAnother() => Assert.Equal("%2D", Resolve("-", null, [], null).Name);

    private static BuildNamespace Resolve(string? option, string? configured, Dictionary<string, string> environment, string? version) =>
        BuildNamespace.Resolve(option, configured, environment.GetValueOrDefault, new NamedAssembly(version));
}
