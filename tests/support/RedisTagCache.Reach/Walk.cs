using Microsoft.CodeAnalysis;

namespace RedisTagCache.Reach;

/// <summary>
/// The files that a reader opens to follow some methods to their end. docs/architecture.md defines when a file counts.
/// </summary>
public sealed class Walk
{
    private readonly SourceCode _code;
    private readonly string? _within;
    private readonly Dictionary<string, ReachedFile> _files = new(StringComparer.Ordinal);
    private readonly HashSet<ISymbol> _seen = new(SymbolEqualityComparer.Default);
    private readonly Queue<(ISymbol Member, int Depth)> _next = new();
    private readonly HashSet<ISymbol> _usedTypes = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<ISymbol, List<(ISymbol Override, int Depth, ISymbol Through)>> _notUsed = new(SymbolEqualityComparer.Default);

    private Walk(SourceCode code, string? within) => (_code, _within) = (code, within);

    /// <summary>Walks from methods to everything that they use in src/.</summary>
    /// <param name="code">The sources.</param>
    /// <param name="from">Where the walk begins.</param>
    /// <param name="within">The assembly that the walk does not leave. By default it goes through all of src/.</param>
    /// <returns>The files, in the order in which they are found.</returns>
    public static IReadOnlyList<ReachedFile> From(SourceCode code, IEnumerable<ISymbol> from, string? within = null)
    {
        var walk = new Walk(code, within);
        foreach (var method in from)
            walk.Reach(method, 0, method);
        while (walk._next.TryDequeue(out var next))
            walk.Read(next.Member, next.Depth);
        return [.. walk._files.Values];
    }

    private void Reach(ISymbol used, int depth, ISymbol through)
    {
        var symbol = Declared(used);
        if (symbol is null || !_code.IsOwn(symbol) || (_within is not null && symbol.ContainingAssembly.Name != _within) || !_seen.Add(symbol))
            return;
        if (_code.FileOf(symbol) is { } file)
            _files.TryAdd(file, new ReachedFile(file, depth, through.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat)));
        if (symbol is INamedTypeSymbol type)
        {
            Use(type); // a name of a type opens its file, and none of its members
            return;
        }

        _next.Enqueue((symbol, depth));
        foreach (var implementation in _code.ImplementationsOf(symbol))
            Reach(implementation, depth + 1, symbol);
        foreach (var overriding in _code.OverridesOf(symbol))
            ReachOverride(overriding, depth + 1, symbol);
        if (symbol is IMethodSymbol { MethodKind: MethodKind.Constructor, IsStatic: false })
            Use(symbol.ContainingType);
    }

    /// <summary>An override is reached once its type is named or created, or a type that is derived from it.</summary>
    private void ReachOverride(ISymbol overriding, int depth, ISymbol through)
    {
        var type = overriding.ContainingType.OriginalDefinition;
        if (_usedTypes.Contains(type))
            Reach(overriding, depth, through);
        else if (_notUsed.TryGetValue(type, out var waiting))
            waiting.Add((overriding, depth, through));
        else
            _notUsed.Add(type, [(overriding, depth, through)]);
    }

    private void Use(INamedTypeSymbol? used)
    {
        for (var type = used?.OriginalDefinition; type is not null && _usedTypes.Add(type); type = type.BaseType?.OriginalDefinition)
        {
            if (_notUsed.Remove(type, out var waiting))
                waiting.ForEach(next => Reach(next.Override, next.Depth, next.Through));
            foreach (var overriding in _within is null ? [] : _code.OverridesIn(type).Where(pair => pair.Overridden.ContainingAssembly.Name != _within))
                Reach(overriding.Override, 1, overriding.Overridden); // the walk does not see the call
        }
    }

    /// <summary>The symbol as it is declared. Nothing if it lies within a member that is read as a whole.</summary>
    private static ISymbol? Declared(ISymbol used) => used switch
    {
        IMethodSymbol { MethodKind: MethodKind.LocalFunction or MethodKind.AnonymousFunction } => null,
        IMethodSymbol { AssociatedSymbol: { } property } => property.OriginalDefinition,
        IMethodSymbol method => (method.ReducedFrom ?? method).OriginalDefinition,
        IParameterSymbol { ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } } parameter => parameter.OriginalDefinition, // a field of a primary constructor
        INamedTypeSymbol or IPropertySymbol or IFieldSymbol or IEventSymbol => used.OriginalDefinition,
        _ => null,
    };

    private void Read(ISymbol member, int depth)
    {
        foreach (var symbol in _code.UsedBy(member))
            Reach(symbol, depth + 1, member);
    }
}
