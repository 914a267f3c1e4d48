using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;

namespace RedisTagCache.Reach;

/// <summary>All of src/ as symbols.</summary>
public sealed class SourceCode
{
    /// <summary>The assemblies that the running program was built with, apart from those that are compiled here. They are read once.</summary>
    private static readonly Lazy<MetadataReference[]> _references = new(static () =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static path => !Path.GetFileNameWithoutExtension(path).StartsWith("RedisTagCache", StringComparison.Ordinal))
            .Select(static path => MetadataReference.CreateFromFile(path))]);

    private readonly string _src;
    private readonly ConcurrentDictionary<SyntaxTree, SemanticModel> _models = [];
    private readonly ConcurrentDictionary<ISymbol, ISymbol[]> _used = new(SymbolEqualityComparer.Default);
    private readonly Lazy<Implementations> _implementations;

    private SourceCode(string src, IReadOnlyList<SourceProject> projects)
    {
        _src = src;
        Projects = projects;
        _implementations = new(() => new Implementations(Types()));
    }

    /// <summary>Gets the projects, each after those that it references.</summary>
    public IReadOnlyList<SourceProject> Projects { get; }

    /// <summary>Gets the source files, as paths from src/. A file of two projects counts once.</summary>
    public IEnumerable<string> Files => Projects.SelectMany(project => project.Sources).Select(PathOf).Distinct();

    /// <summary>Compiles the projects of src/ from their sources, against the packages that the running program was built with.</summary>
    /// <param name="root">The folder of the repository.</param>
    public static SourceCode Load(string root)
    {
        var src = Path.Combine(root, "src");
        var names = Directory.GetDirectories(src).Select(folder => Path.GetFileName(folder)).Where(name => File.Exists(Path.Combine(src, name, name + ".csproj"))).ToHashSet(StringComparer.Ordinal);
        var loaded = new Dictionary<string, SourceProject>(StringComparer.Ordinal);
        while (loaded.Count < names.Count)
        {
            var next = names.Order(StringComparer.Ordinal).First(name => !loaded.ContainsKey(name) && SourceProject.ReferencesOf(name, Path.Combine(src, name)).All(loaded.ContainsKey));
            loaded.Add(next, SourceProject.Load(next, Path.Combine(src, next), loaded, _references.Value));
        }

        return new SourceCode(src, [.. loaded.Values]);
    }

    /// <summary>Returns what does not compile.</summary>
    public IEnumerable<Diagnostic> Errors() => Projects.SelectMany(project => project.Compilation.GetDiagnostics()).Where(problem => problem.Severity == DiagnosticSeverity.Error);

    /// <summary>Returns the types of src/, nested ones included.</summary>
    public IEnumerable<INamedTypeSymbol> Types() => Projects.SelectMany(project => TypesOf(project.Compilation.Assembly.GlobalNamespace));

    /// <summary>Returns the public types of an assembly. A nested type is public if each type around it is.</summary>
    public IEnumerable<INamedTypeSymbol> PublicTypes(string assembly) =>
        Types().Where(type => type.ContainingAssembly.Name == assembly && IsPublic(type));

    /// <summary>Returns the methods of an assembly that implement an interface's method.</summary>
    /// <param name="assembly">The name of the assembly.</param>
    /// <param name="contract">The interface's full name.</param>
    /// <param name="method">The method's name. All of its overloads count.</param>
    public IReadOnlyList<ISymbol> ImplementationsOf(string assembly, string contract, string method)
    {
        var type = Projects.Single(project => project.Name == assembly).Compilation.GetTypeByMetadataName(contract)
            ?? throw new InvalidOperationException($"There is no interface {contract}.");
        return [.. Types().Where(candidate => candidate.ContainingAssembly.Name == assembly && candidate.TypeKind != TypeKind.Interface)
            .SelectMany(candidate => type.GetMembers(method).Select(candidate.FindImplementationForInterfaceMember))
            .OfType<ISymbol>()];
    }

    /// <summary>Returns the members of src/ that a call of an interface's member may run.</summary>
    internal IEnumerable<ISymbol> ImplementationsOf(ISymbol member) => _implementations.Value.Of(member);

    /// <summary>Returns the members of src/ that override an abstract or virtual member.</summary>
    internal IEnumerable<ISymbol> OverridesOf(ISymbol member) => _implementations.Value.OverridesOf(member);

    /// <summary>Returns the members of a type that override a member of src/, each with that one.</summary>
    internal IEnumerable<(ISymbol Override, ISymbol Overridden)> OverridesIn(INamedTypeSymbol type) => type.GetMembers()
        .Select(member => (member, Overridden: Implementations.OverriddenBy(member)))
        .Where(pair => pair.Overridden is { } overridden && IsOwn(overridden))
        .Select(pair => (pair.member, pair.Overridden!));

    /// <summary>Returns the symbols that a member's declaration uses.</summary>
    internal ISymbol[] UsedBy(ISymbol member) => _used.GetOrAdd(member, static (member, code) => [.. UsedSymbols.Of(member, code)], this);

    /// <summary>Returns whether a symbol is declared in src/.</summary>
    internal bool IsOwn(ISymbol symbol) => symbol.ContainingAssembly is { } assembly && Projects.Any(project => SymbolEqualityComparer.Default.Equals(project.Compilation.Assembly, assembly));

    internal SemanticModel ModelOf(SyntaxTree tree) =>
        _models.GetOrAdd(tree, static (tree, projects) => projects.Single(project => project.Compilation.ContainsSyntaxTree(tree)).Compilation.GetSemanticModel(tree), Projects);

    /// <summary>Returns a file's path from src/.</summary>
    internal string PathOf(SyntaxTree tree) => Path.GetRelativePath(_src, tree.FilePath).Replace('\\', '/');

    /// <summary>Returns the file that declares a symbol; for a type in several files, the one that is named after it. Nothing if it is generated.</summary>
    internal string? FileOf(ISymbol symbol)
    {
        var declared = symbol.DeclaringSyntaxReferences;
        if (declared.IsEmpty)
            return symbol is not INamedTypeSymbol && symbol.ContainingType is { } type ? FileOf(type) : null;
        var named = declared.FirstOrDefault(reference => Path.GetFileNameWithoutExtension(reference.SyntaxTree.FilePath) == symbol.Name);
        return PathOf((named ?? declared[0]).SyntaxTree);
    }

    private static IEnumerable<INamedTypeSymbol> TypesOf(INamespaceOrTypeSymbol space) => space.GetMembers().OfType<INamespaceOrTypeSymbol>()
        .SelectMany(member => member is INamedTypeSymbol type ? TypesOf(type).Prepend(type) : TypesOf(member));

    private static bool IsPublic(INamedTypeSymbol type) => type.DeclaredAccessibility == Accessibility.Public && (type.ContainingType is null || IsPublic(type.ContainingType));
}
