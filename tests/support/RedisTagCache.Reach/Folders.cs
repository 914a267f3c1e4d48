using Microsoft.CodeAnalysis;

namespace RedisTagCache.Reach;

/// <summary>The folders of src/ that hold source files, and which of them use which.</summary>
public static class Folders
{
    /// <summary>Returns the folder of a file, both as paths from src/.</summary>
    public static string Of(string file) => Path.GetDirectoryName(file)!.Replace('\\', '/');

    /// <summary>Returns each folder with its own files.</summary>
    public static IEnumerable<IGrouping<string, string>> All(SourceCode code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return code.Files.Order(StringComparer.Ordinal).GroupBy(Of).OrderBy(folder => folder.Key, StringComparer.Ordinal);
    }

    /// <summary>
    /// Returns, for each folder, the other folders whose symbols its files use, each with one use of them. A type counts also where it is only inferred, as with var.
    /// </summary>
    public static IReadOnlyDictionary<string, SortedDictionary<string, string>> Dependencies(SourceCode code)
    {
        ArgumentNullException.ThrowIfNull(code);
        var dependencies = new SortedDictionary<string, SortedDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var tree in code.Projects.SelectMany(project => project.Sources))
        {
            var file = code.PathOf(tree);
            var folder = Of(file);
            if (!dependencies.TryGetValue(folder, out var used))
                dependencies.Add(folder, used = new(StringComparer.Ordinal));
            foreach (var symbol in UsedSymbols.In(tree.GetRoot(), code.ModelOf(tree), withNames: true).SelectMany(Named).ToHashSet(SymbolEqualityComparer.Default).Where(code.IsOwn))
            {
                if (code.FileOf(symbol) is { } other && Of(other) != folder)
                    used.TryAdd(Of(other), $"{file} uses {symbol.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat)}");
            }
        }

        return dependencies;
    }

    /// <summary>A symbol with the types that its use brings along.</summary>
    private static IEnumerable<ISymbol> Named(ISymbol symbol) => symbol switch
    {
        INamedTypeSymbol type => Types(type),
        IMethodSymbol { MethodKind: MethodKind.LocalFunction or MethodKind.AnonymousFunction } => [],
        IMethodSymbol method => method.TypeArguments.Append(method.ReturnType).SelectMany(Types).Prepend((method.ReducedFrom ?? method).OriginalDefinition),
        IPropertySymbol property => Types(property.Type).Prepend(property.OriginalDefinition),
        IFieldSymbol field => Types(field.Type).Prepend(field.OriginalDefinition),
        IEventSymbol @event => [@event.OriginalDefinition],
        ILocalSymbol local => Types(local.Type),
        IParameterSymbol parameter => Types(parameter.Type),
        _ => [],
    };

    private static IEnumerable<ISymbol> Types(ITypeSymbol type) => type switch
    {
        INamedTypeSymbol { IsTupleType: true } tuple => tuple.TupleElements.SelectMany(element => Types(element.Type)),
        INamedTypeSymbol named => named.TypeArguments.SelectMany(Types).Prepend(named.OriginalDefinition),
        IArrayTypeSymbol array => Types(array.ElementType),
        _ => [],
    };
}
