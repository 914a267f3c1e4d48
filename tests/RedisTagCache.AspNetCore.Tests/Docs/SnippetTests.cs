using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RedisTagCache.AspNetCore.Tests.Docs;

/// <summary>Every C# block of the README and of docs/ compiles as it stands, as a web project of today would compile it, without warnings.</summary>
public sealed class SnippetTests
{
    /// <summary>The implicit usings of the web SDK, and what the text around a block has introduced by name.</summary>
    private const string Given = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Net.Http.Json;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        global using static Given;

        public partial class Program;

        internal static class Given
        {
            public static WebApplicationBuilder builder => throw new NotSupportedException();

            public static WebApplication app => throw new NotSupportedException();

            public static RedisTagCache.ITagCacheStore cache => throw new NotSupportedException();
            public static RedisTagCache.ITagCache values => throw new NotSupportedException();
        }
        """;

    private static readonly CSharpParseOptions _language = new(LanguageVersion.Latest);
    private static readonly SyntaxTree _given = CSharpSyntaxTree.ParseText(Given, _language);
    private static readonly MetadataReference[] _references =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    public static IEnumerable<TheoryDataRow<string, int>> Blocks =>
        DocPage.All.SelectMany(page => page.Blocks("csharp").Select(block => new TheoryDataRow<string, int>(page.Name, block.Line)));

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Block_Compiles(string page, int line)
    {
        var (_, code) = DocPage.Of(page).Blocks("csharp").Single(block => block.Line == line);
        var problems = ProblemsOf(page, line, code);
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [Theory]
    [InlineData("builder.Services.AddRedisTagCache(o => o.NoSuchOption = 1);", "docs/x.md(7): error CS1061")]
    [InlineData("using RedisTagCache;\n\nstring s = RedisTagCacheDiagnostics.MeterName;\nstring t = null;", "docs/x.md(10): warning CS8600")]
    [InlineData("public sealed class C(IOutputCacheStore pages);", "docs/x.md(7): error CS0246")]
    public void Block_ThatDoesNotCompile_IsFoundWithItsLine(string code, string expected) =>
        Assert.Contains(ProblemsOf("docs/x.md", 7, code), problem => problem.StartsWith(expected, StringComparison.Ordinal));

    [Fact]
    public void Blocks_AreAllFound() =>
        Assert.All(DocPage.All, page => Assert.Equal(page.Lines.Count(line => line.Contains("```c", StringComparison.OrdinalIgnoreCase)), page.Blocks("csharp").Count()));

    private static List<string> ProblemsOf(string page, int line, string code)
    {
        var tree = CSharpSyntaxTree.ParseText(string.Create(CultureInfo.InvariantCulture, $"#line {line} \"{page}\"\n{code}"), _language);
        var isProgram = tree.GetCompilationUnitRoot().Members.Any(member => member is GlobalStatementSyntax);
        var compilation = CSharpCompilation.Create(
            "Snippet",
            [_given, tree],
            _references,
            new CSharpCompilationOptions(isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        return [.. compilation.GetDiagnostics()
            .Where(problem => problem.Severity >= DiagnosticSeverity.Warning && problem.Id is not ("CS1701" or "CS1702")) // an older reference unified
            .Select(problem =>
            {
                var at = problem.Location.GetMappedLineSpan();
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{at.Path}({at.StartLinePosition.Line + 1}): {problem.Severity.ToString().ToLowerInvariant()} {problem.Id}: {problem.GetMessage(CultureInfo.InvariantCulture)}");
            })];
    }
}
