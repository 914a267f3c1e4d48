using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace RedisTagCache.Reach;

/// <summary>One project of src/, compiled from its sources. Source generators do not run.</summary>
public sealed class SourceProject
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions _language = new(LanguageVersion.Latest);

    private SourceProject(string name, CSharpCompilation compilation, IReadOnlyList<SyntaxTree> sources) => (Name, Compilation, Sources) = (name, compilation, sources);

    /// <summary>Gets the name of the assembly.</summary>
    public string Name { get; }

    /// <summary>Gets the compilation. Its symbols are also those that a project sees in a project that it references.</summary>
    public CSharpCompilation Compilation { get; }

    /// <summary>Gets the syntax trees of the project's own files, each with its full path.</summary>
    public IReadOnlyList<SyntaxTree> Sources { get; }

    internal static SourceProject Load(string name, string folder, IReadOnlyDictionary<string, SourceProject> loaded, IReadOnlyList<MetadataReference> references)
    {
        var file = Path.Combine(folder, name + ".csproj");
        var project = XDocument.Load(file);
        var sources = OwnFiles(folder).Concat(LinkedFiles(file)).Select(Parse).ToArray();
        var friends = string.Concat(Includes(project, "InternalsVisibleTo").Select(friend => $"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"{friend}\")]\n"));
        var compilation = CSharpCompilation.Create(
            name,
            [.. sources, CSharpSyntaxTree.ParseText(ImplicitUsings + '\n' + friends, _language)],
            [.. references, .. ReferencesOf(name, folder, loaded).Select(reference => loaded[reference].Compilation.ToMetadataReference())],
            new CSharpCompilationOptions(
                project.Descendants("OutputType").Any() ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        return new SourceProject(name, compilation, sources);
    }

    /// <summary>Returns the names of the projects that a project references.</summary>
    internal static IEnumerable<string> ReferencesOf(string name, string folder, IReadOnlyDictionary<string, SourceProject>? loaded = null) =>
        Includes(XDocument.Load(Path.Combine(folder, name + ".csproj")), "ProjectReference")
            .Select(path => Path.GetFileNameWithoutExtension(path))
            .SelectMany(reference => loaded is null ? [reference] : ReferencesOf(reference, Path.Combine(folder, "..", reference), loaded).Append(reference))
            .Distinct();

    /// <summary>Returns the full paths of the files that a project compiles although they lie in another folder.</summary>
    public static IEnumerable<string> LinkedFiles(string projectFile) =>
        Includes(XDocument.Load(projectFile), "Compile").Select(path => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(projectFile)!, path)));

    private static IEnumerable<string> Includes(XDocument project, string item) =>
        project.Descendants(item).Select(element => element.Attribute("Include")?.Value).OfType<string>().Select(path => path.Replace('\\', '/'));

    private static IEnumerable<string> OwnFiles(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal);

    private static SyntaxTree Parse(string file) => CSharpSyntaxTree.ParseText(File.ReadAllText(file), _language, file);
}
