using Microsoft.CodeAnalysis;

namespace RedisTagCache.Reach;

/// <summary>What calls of interface members and of virtual members may run.</summary>
internal sealed class Implementations
{
    private readonly Dictionary<ISymbol, List<ISymbol>> _ofContracts = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<ISymbol, List<ISymbol>> _overrides = new(SymbolEqualityComparer.Default);

    public Implementations(IEnumerable<INamedTypeSymbol> types)
    {
        foreach (var type in types.Where(type => type.TypeKind is TypeKind.Class or TypeKind.Struct))
        {
            foreach (var member in type.AllInterfaces.SelectMany(contract => contract.GetMembers()))
                Add(_ofContracts, member, type.FindImplementationForInterfaceMember(member));
            foreach (var member in type.GetMembers())
            {
                for (var overridden = OverriddenBy(member); overridden is not null; overridden = OverriddenBy(overridden))
                    Add(_overrides, overridden, member);
            }
        }
    }

    /// <summary>Returns the members that implement an interface's member.</summary>
    public IEnumerable<ISymbol> Of(ISymbol member) => _ofContracts.GetValueOrDefault(member) ?? [];

    /// <summary>Returns the members that override an abstract or virtual member.</summary>
    public IEnumerable<ISymbol> OverridesOf(ISymbol member) => _overrides.GetValueOrDefault(member) ?? [];

    /// <summary>Returns the member that a member overrides, if any.</summary>
    public static ISymbol? OverriddenBy(ISymbol member) => member switch
    {
        IMethodSymbol method => method.OverriddenMethod,
        IPropertySymbol property => property.OverriddenProperty,
        IEventSymbol @event => @event.OverriddenEvent,
        _ => null,
    };

    private static void Add(Dictionary<ISymbol, List<ISymbol>> byMember, ISymbol member, ISymbol? implementation)
    {
        if (implementation is null)
            return;
        if (!byMember.TryGetValue(member.OriginalDefinition, out var all))
            byMember.Add(member.OriginalDefinition, all = []);
        all.Add(implementation.OriginalDefinition);
    }
}
