using Microsoft.CodeAnalysis;

namespace RedisTagCache.Reach;

/// <summary>A number of docs/architecture.md, and what it counts.</summary>
/// <param name="Name">The row of the table in the document.</param>
/// <param name="Items">What is counted.</param>
public sealed record Figure(string Name, IReadOnlyList<string> Items)
{
    private const string Core = "RedisTagCache";
    private const string Pages = "RedisTagCache.AspNetCore";

    /// <summary>Gets the walks, each with the name of its heading in docs/architecture.md.</summary>
    public static IReadOnlyList<(string Name, Func<SourceCode, IReadOnlyList<ReachedFile>> Walk)> Walks { get; } =
    [
        ("`EvictByTagAsync`", static code => Walk.From(code, code.ImplementationsOf(Core, "RedisTagCache.ITagCacheStore", "EvictByTagAsync"))),
        ("`GetOrCreateAsync`", static code => Walk.From(code, code.ImplementationsOf(Core, "RedisTagCache.ITagCache", "GetOrCreateAsync"))),
        ("the page lookup", static code => Walk.From(code, PageLookup(code))),
        ("the page lookup before the core", static code => Walk.From(code, PageLookup(code), within: Pages)),
    ];

    /// <summary>Counts all figures.</summary>
    public static IReadOnlyList<Figure> All(SourceCode code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return
        [
            .. Walks.Select(walk => new Figure($"Files reached from {walk.Name}", [.. walk.Walk(code).Select(step => step.File)])),
            .. new[] { Core, Pages }.Select(assembly => new Figure($"Public types in {assembly}", [.. code.PublicTypes(assembly).Select(type => type.ToDisplayString()).Order(StringComparer.Ordinal)])),
        ];
    }

    private static IReadOnlyList<ISymbol> PageLookup(SourceCode code) => code.ImplementationsOf(Pages, "Microsoft.AspNetCore.OutputCaching.IOutputCacheStore", "GetAsync");
}
