using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RedisTagCache.Reach;

/// <summary>The symbols that a piece of source uses, in the order in which it names them: also those that only the compiler writes, such as an enumerator's.</summary>
internal static class UsedSymbols
{
    /// <param name="node">The source.</param>
    /// <param name="model">The semantic model of its file.</param>
    /// <param name="withNames">Whether attributes and the arguments of nameof count too.</param>
    public static IEnumerable<ISymbol> In(SyntaxNode node, SemanticModel model, bool withNames) =>
        node.DescendantNodesAndSelf(inner => withNames || !IsMereName(inner)).Where(inner => withNames || !IsMereName(inner)).SelectMany(inner => At(inner, model)).OfType<ISymbol>();

    /// <summary>The symbols that a member's declaration uses.</summary>
    public static IEnumerable<ISymbol> Of(ISymbol member, SourceCode code)
    {
        var partial = member is IMethodSymbol { PartialImplementationPart: { } part } ? part.DeclaringSyntaxReferences : [];
        return member.DeclaringSyntaxReferences.Concat(partial)
            .SelectMany(declaration => SourceOf(member, declaration.GetSyntax()).SelectMany(node => In(node, code.ModelOf(declaration.SyntaxTree), withNames: false)))
            .Distinct(SymbolEqualityComparer.Default).OfType<ISymbol>();
    }

    /// <summary>What of a declaration is the member's own. A primary constructor's declaration is its whole type.</summary>
    private static IEnumerable<SyntaxNode> SourceOf(ISymbol member, SyntaxNode declaration) => declaration switch
    {
        TypeDeclarationSyntax type when member is IMethodSymbol =>
            new SyntaxNode?[] { type.ParameterList, type.BaseList?.Types.OfType<PrimaryConstructorBaseTypeSyntax>().FirstOrDefault() }.OfType<SyntaxNode>(),
        TypeDeclarationSyntax => [],
        VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax fields } field => field.Initializer is { } initializer ? [fields.Type, initializer] : [fields.Type],
        _ => [declaration],
    };

    private static bool IsMereName(SyntaxNode node) =>
        node is AttributeListSyntax or InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "nameof" } };

    private static IEnumerable<ISymbol?> At(SyntaxNode node, SemanticModel model)
    {
        switch (node)
        {
            case SimpleNameSyntax or BaseObjectCreationExpressionSyntax or ConstructorInitializerSyntax or PrimaryConstructorBaseTypeSyntax or ElementAccessExpressionSyntax
                or BinaryExpressionSyntax or PrefixUnaryExpressionSyntax or PostfixUnaryExpressionSyntax or AssignmentExpressionSyntax or AttributeSyntax:
                var info = model.GetSymbolInfo(node);
                yield return info.Symbol ?? (info.CandidateSymbols.Length > 0 ? info.CandidateSymbols[0] : null);
                break;
            case AwaitExpressionSyntax awaiting:
                var awaited = model.GetAwaitExpressionInfo(awaiting);
                yield return awaited.GetAwaiterMethod;
                yield return awaited.GetResultMethod;
                break;
            case CommonForEachStatementSyntax loop:
                var each = model.GetForEachStatementInfo(loop);
                yield return each.GetEnumeratorMethod;
                yield return each.MoveNextMethod;
                yield return each.CurrentProperty;
                yield return each.DisposeMethod;
                break;
            case UsingStatementSyntax @using:
                yield return @using.Expression is { } expression
                    ? DisposeOf(model.GetTypeInfo(Unconfigured(expression)).Type, @using.AwaitKeyword, model)
                    : DisposeOf(model.GetTypeInfo(@using.Declaration!.Type).Type, @using.AwaitKeyword, model);
                break;
            case LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 } local:
                yield return DisposeOf(model.GetTypeInfo(local.Declaration.Type).Type, local.AwaitKeyword, model);
                break;
        }

        if (node is ExpressionSyntax converted and not TypeSyntax)
            yield return model.GetConversion(converted).MethodSymbol;
        else if (node is SimpleNameSyntax name && name.Parent is ArgumentSyntax or EqualsValueClauseSyntax or ReturnStatementSyntax or ArrowExpressionClauseSyntax)
            yield return model.GetConversion((ExpressionSyntax)node).MethodSymbol;
    }

    /// <summary>The method that ends a using.</summary>
    private static ISymbol? DisposeOf(ITypeSymbol? type, SyntaxToken awaiting, SemanticModel model)
    {
        var isAsync = awaiting.RawKind != 0;
        var contract = model.Compilation.GetTypeByMetadataName(isAsync ? "System.IAsyncDisposable" : "System.IDisposable");
        return type is null || contract is null || type.TypeKind == TypeKind.Interface ? null
            : type.FindImplementationForInterfaceMember(contract.GetMembers().Single())
                ?? type.GetMembers(isAsync ? "DisposeAsync" : "Dispose").FirstOrDefault();
    }

    /// <summary>What is disposed of, where that is written as <c>x.ConfigureAwait(false)</c>.</summary>
    private static ExpressionSyntax Unconfigured(ExpressionSyntax expression) =>
        expression is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait" } access } ? access.Expression : expression;
}
