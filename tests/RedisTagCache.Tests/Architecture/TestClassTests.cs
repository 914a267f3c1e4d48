using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tests.Architecture;

/// <summary>The names of test classes are unique in the solution, so that documents, filters, and reports need no namespace to name one.</summary>
public sealed class TestClassTests
{
    private static readonly string[] _sources = [.. Repository.Files("tests", "*.cs")];

    [Fact]
    public void Names_OfTestClasses_AreUnique()
    {
        var classes = Classes(_sources.Select(file => (Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'), File.ReadAllText(file)))).ToArray();
        Assert.Contains(classes, found => found.Name == nameof(TestClassTests));
        Assert.Contains(classes, found => found.File.Contains("AspNetCore.Tests", StringComparison.Ordinal));
        Assert.True(!Duplicates(classes).Any(), string.Join('\n', Duplicates(classes)));
    }

    [Theory]
    [InlineData("namespace A; class C { [Fact] void M() { } }", "namespace B; class C { [Theory, InlineData(1)] void M(int i) { } }", true)]
    [InlineData("namespace A; class C { [Xunit.Fact(Skip = \"\")] void M() { } }", "namespace A; class C { [Fact] void M() { } class D { } }", true)]
    [InlineData("namespace A; class CTests : Contract { }", "namespace B; class CTests : Contract { }", true)]
    [InlineData("namespace A; partial class C { [Fact] void M() { } }", "namespace A; partial class C { [Fact] void N() { } }", false)]
    [InlineData("namespace A; class C { [Fact] void M() { } }", "namespace B; class C { void M() { } }", false)]
    [InlineData("namespace A; class C { [Fact] void M() { } }", "namespace B; class D { [Fact] void M() { } }", false)]
    public void Duplicates_OfTwoFiles_AreTestClassesWithOneName(string first, string second, bool expected) =>
        Assert.Equal(expected, Duplicates(Classes([("a.cs", first), ("b.cs", second)])).Any());

    private static IEnumerable<string> Duplicates(IEnumerable<(string Name, string File, bool IsPartial, string Namespace)> classes) =>
        classes.GroupBy(found => found.Name)
            .Where(named => named.Count() > 1 && !(named.All(found => found.IsPartial) && named.Select(found => found.Namespace).Distinct().Count() == 1))
            .Select(named => $"{named.Key} is declared in {string.Join(" and in ", named.Select(found => found.File))}. Give each class a name of its own.");

    /// <summary>Finds the classes that contain tests, and those that inherit them, which are known by their names.</summary>
    private static IEnumerable<(string Name, string File, bool IsPartial, string Namespace)> Classes(IEnumerable<(string File, string Text)> sources) =>
        from source in sources
        from declared in CSharpSyntaxTree.ParseText(source.Text).GetRoot().DescendantNodes().OfType<ClassDeclarationSyntax>()
        let name = declared.Identifier.ValueText
        where name.EndsWith("Tests", StringComparison.Ordinal) || name.EndsWith("Contract", StringComparison.Ordinal) || declared.Members.OfType<MethodDeclarationSyntax>().Any(IsTest)
        select (name, source.File, declared.Modifiers.Any(SyntaxKind.PartialKeyword), declared.FirstAncestorOrSelf<BaseNamespaceDeclarationSyntax>()?.Name.ToString() ?? "");

    private static bool IsTest(MethodDeclarationSyntax method) =>
        method.AttributeLists.SelectMany(list => list.Attributes).Any(attribute => attribute.Name.ToString().Split('.')[^1] is "Fact" or "Theory");
}
