using Microsoft.CodeAnalysis;

namespace RedisTagCache.Reach;

/// <summary>What calls of interface members and of virtual members may run.</summary>
internal sealed class Implementations
{
    private readonly Dictionary<ISymbol, List<ISymbol>> _byMember = new(SymbolEqualityComparer.Default);

    public Implementations(IEnumerable<INamedTypeSymbol> types)
    {
        foreach (var type in types.Where(type => type.TypeKind is TypeKind.Class or TypeKind.Struct))
        {
            foreach (var member in type.AllInterfaces.SelectMany(contract => contract.GetMembers()))
                Add(member, type.FindImplementationForInterfaceMember(member));
            foreach (var member in type.GetMembers())
            {
                for (var overridden = OverriddenBy(member); overridden is not null; overridden = OverriddenBy(overridden))
                    Add(overridden, member);
            }
        }
    }

    public IEnumerable<ISymbol> Of(ISymbol member) => _byMember.GetValueOrDefault(member) ?? [];

    private static ISymbol? OverriddenBy(ISymbol member) => member switch
    {
        IMethodSymbol method => method.OverriddenMethod,
        IPropertySymbol property => property.OverriddenProperty,
        IEventSymbol @event => @event.OverriddenEvent,
        _ => null,
    };

    private void Add(ISymbol member, ISymbol? implementation)
    {
        if (implementation is null)
            return;
        if (!_byMember.TryGetValue(member.OriginalDefinition, out var all))
            _byMember.Add(member.OriginalDefinition, all = []);
        all.Add(implementation.OriginalDefinition);
    }
}
